export interface CaseOptions {
  readonly suite: "registry" | "analytics";
  readonly files: readonly string[];
  /** Where to write what was answered. */
  readonly answers: string | undefined;
}

export interface RandomOptions {
  readonly suite: "random";
  readonly seconds: number;
  /** Not set: another one each time. */
  readonly seed: number | undefined;
}

export type Options = CaseOptions | RandomOptions;

const secondsDefault = 60;

export const usage = `npm run conformance -- registry FILE... [--answers FILE]
npm run conformance -- analytics FILE... [--answers FILE]
npm run conformance -- random [--seconds N] [--seed N]

Runs against the running stack (TIDELINE_DATA says its folder; where none runs, one is started for the run) and ends
with "N passed, N failed".

  registry          runs files of registry cases: a JSON array of REST sequences, or of compatibility cases of the
                    schema language that the file's name says (avro_, jsonschema_, protobuf_)
  analytics         runs files of analytics cases: a JSON array of events, a question and what is expected of its answer
  random            asks random questions about random events, and holds the answers against a brute-force evaluation
  --answers FILE    writes what was answered as a JSON array of {id, got} (analytics: {name, got}), also for cases
                    without expectations
  --seconds N       how long random questions are asked; ${secondsDefault}
  --seed N          asks the questions of an earlier run again

Exit codes: 0 all passed · 1 something failed`;

/** Reads the command line. @throws Error in one line for what can't be meant */
export function readOptions(args: readonly string[]): Options | "help" {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) return "help";
  const [suite, ...rest] = args;
  if (suite === "random") return randomOptions(rest);
  if (suite !== "registry" && suite !== "analytics")
    throw new Error(
      `there is no suite ${JSON.stringify(suite)}; there are "registry", "analytics" and "random"`,
    );
  const { files, named } = readArguments(rest, ["answers"]);
  const answers = named.get("answers");
  if (answers === "") throw new Error("--answers wants the name of a file");
  if (files.length === 0) throw new Error("name the files of cases; --help says more");
  return { suite, files, answers };
}

function randomOptions(args: readonly string[]): RandomOptions {
  const { files, named } = readArguments(args, ["seconds", "seed"]);
  if (files.length > 0) throw new Error("random takes no files");
  const number = (name: string) => {
    const text = named.get(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} wants a whole number`);
    return Number(text);
  };
  return { suite: "random", seconds: number("seconds") ?? secondsDefault, seed: number("seed") };
}

function readArguments(args: readonly string[], names: readonly string[]) {
  const files: string[] = [];
  const named = new Map<string, string>();
  const waiting = [...args];
  for (let argument = waiting.shift(); argument !== undefined; argument = waiting.shift()) {
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (names.includes(name)) named.set(name, value ?? waiting.shift() ?? "");
    else if (argument.startsWith("-")) throw new Error(`there is no option ${argument}; --help lists them`);
    else files.push(argument);
  }
  return { files, named };
}
