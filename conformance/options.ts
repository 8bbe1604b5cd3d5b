export interface Options {
  readonly files: readonly string[];
  /** Where to write what was answered. */
  readonly answers: string | undefined;
}

export const usage = `npm run conformance -- registry FILE... [--answers FILE]

Runs files of registry cases against the running stack (TIDELINE_DATA says its folder; where none runs, one is started
for the run) and ends with "N passed, N failed".

  FILE              a JSON array of cases: REST sequences, or compatibility cases of the schema language that the file's
                    name says (avro_, jsonschema_, protobuf_)
  --answers FILE    writes what was answered as a JSON array of {id, got}, also for cases without expectations

Exit codes: 0 all passed · 1 something failed`;

/** Reads the command line. @throws Error in one line for what can't be meant */
export function readOptions(args: readonly string[]): Options | "help" {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) return "help";
  const [suite, ...rest] = args;
  if (suite !== "registry")
    throw new Error(`there is no suite ${JSON.stringify(suite)}; there is "registry"`);
  const files: string[] = [];
  let answers: string | undefined;
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument.startsWith("--answers=")) answers = argument.slice("--answers=".length);
    else if (argument === "--answers") answers = rest.shift() ?? "";
    else if (argument.startsWith("-")) throw new Error(`there is no option ${argument}; --help lists them`);
    else files.push(argument);
  }
  if (answers === "") throw new Error("--answers wants the name of a file");
  if (files.length === 0) throw new Error("name the files of cases; --help says more");
  return { files, answers };
}
