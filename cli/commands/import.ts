import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SingleBar } from "cli-progress";
import { type Command, InvalidArgumentError } from "commander";
import { repoRoot } from "../../platform/root.js";
import type { CommandContext } from "../context.js";
import { exitCodes } from "../failure.js";
import { openCheckpoint } from "../import/checkpoint.js";
import { type ImportProgress, ImportStopped, importFile } from "../import/import-file.js";
import { readMapping } from "../import/mapping.js";
import { Tally } from "../import/tally.js";
import { openPublisher } from "../publisher.js";
import { tallyTable } from "../show/tally-table.js";
import { UserError } from "../target.js";

const PRESETS = join(repoRoot, "cli/import/presets");

interface ImportFlags {
  readonly preset?: string;
  readonly mapping?: string;
  readonly inFlight: number;
  readonly restart: boolean;
  readonly json: boolean;
}

/** `tideline import FILE...` */
export function addImportCommand(program: Command, context: CommandContext): void {
  program
    .command("import")
    .description(
      "Imports files of events: CSV, NDJSON, JSON arrays, access logs, each also gzipped; - is stdin.",
    )
    .argument("<file...>", "the files, imported one after another")
    .option("--preset <name>", `a mapping that is built in: ${presetNames().join(", ")}`)
    .option("--mapping <file>", "a mapping file (docs/import.md)")
    .option("--in-flight <n>", "requests on their way at once", wholeNumber, 8)
    .option("--restart", "begins at the start although an earlier run was stopped in between", false)
    .option("--json", "prints the summary as JSON", false)
    .addHelpText(
      "after",
      `
An import that was stopped goes on where it was: run the same command again. Every event has an id, so that nothing is
counted twice whatever happens.

Examples:
  tideline import --preset online-retail online-retail-2010-12_2011-12.csv.gz
  tideline import --mapping clicks.json clicks-*.ndjson.gz`,
    )
    .action(async (files: string[], flags: ImportFlags) => {
      process.exitCode = await runImport(files, flags, context);
    });
}

function presetNames(): string[] {
  return readdirSync(PRESETS).map((file) => file.replace(/\.json$/, ""));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64) throw new InvalidArgumentError("1 to 64");
  return value;
}

async function runImport(files: string[], flags: ImportFlags, context: CommandContext): Promise<number> {
  const mappingText = await readMappingText(flags);
  const mapping = readMapping(parseJson(mappingText));
  const target = context.target("ingest");
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  process.once("SIGTERM", () => interrupt.abort());
  const publisher = openPublisher({
    address: target.grpc,
    key: target.key,
    headers: target.headers,
    signal: interrupt.signal,
  });
  const total = new Tally();
  const began = performance.now();
  try {
    await publisher.ready();
    for (const file of files) {
      const identity = { file, mapping: mappingText, target: `${target.grpc.hostPort} ${target.key}` };
      const checkpoint = await openCheckpoint(join(context.options().data, "imports"), identity).catch(
        notThere,
      );
      if (flags.restart) await checkpoint?.remove();
      const meter = startMeter(file);
      try {
        total.merge(
          await importFile({
            file,
            mapping,
            publisher,
            inFlight: flags.inFlight,
            checkpoint,
            signal: interrupt.signal,
            onProgress: meter.show,
            onResume: (records) =>
              console.error(`${file}: goes on after ${records} records (--restart begins anew)`),
          }),
        );
      } finally {
        meter.stop();
      }
    }
  } catch (error) {
    if (!(error instanceof ImportStopped)) throw error;
    console.error(`tideline: ${error.message}; run the same command again to go on`);
    return interrupt.signal.aborted ? exitCodes.interrupted : exitCodes.failed;
  } finally {
    publisher.close();
  }
  const seconds = (performance.now() - began) / 1_000;
  if (flags.json) console.log(JSON.stringify({ seconds, lines: total.lines() }));
  else console.log(tallyTable(total, seconds));
  return exitCodeOf(total);
}

function notThere(error: NodeJS.ErrnoException): never {
  const why = error.code === "ENOENT" ? "no such file" : error.message;
  throw new UserError(`${error.path ?? "the file"}: ${why}`);
}

async function readMappingText(flags: ImportFlags): Promise<string> {
  if ((flags.preset === undefined) === (flags.mapping === undefined)) {
    throw new UserError(
      "say how the file is to be read: --preset <name> or --mapping <file> (tideline help import)",
    );
  }
  if (flags.preset !== undefined && !presetNames().includes(flags.preset)) {
    throw new UserError(`no preset ${JSON.stringify(flags.preset)}; there are ${presetNames().join(", ")}`);
  }
  const path = flags.mapping ?? join(PRESETS, `${flags.preset}.json`);
  return await readFile(path, "utf8").catch(notThere);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`the mapping is not valid JSON: ${error instanceof Error ? error.message : ""}`);
  }
}

/** What a tally says of the whole: events that did not get in weigh more than lines that can't be read. */
export function exitCodeOf(tally: Tally): number {
  if (tally.count("rejected", "quarantined", "conflict", "unspecified", "unknown") > 0) {
    return exitCodes.notAllAccepted;
  }
  return tally.count("unreadable") > 0 ? exitCodes.notAllReadable : exitCodes.done;
}

interface Meter {
  readonly show: (progress: ImportProgress) => void;
  readonly stop: () => void;
}

/** A bar on a terminal, a line every few seconds elsewhere; on stderr, so that stdout holds the summary alone. */
function startMeter(file: string): Meter {
  return process.stderr.isTTY ? startBar(file) : startLines(file);
}

const rateOf = (events: number, began: number): string =>
  Math.round((events * 1_000) / Math.max(1, performance.now() - began)).toLocaleString("en");

function startBar(file: string): Meter {
  const bar = new SingleBar({
    format: "{file} {bar} {percentage}% | {events} events | {rate}/s | {eta_formatted} left",
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 50,
    fps: 4,
  });
  const began = performance.now();
  const facts = (events: number) => ({
    file,
    events: events.toLocaleString("en"),
    rate: rateOf(events, began),
  });
  bar.start(1_000, 0, facts(0));
  return {
    show: ({ events, share }) => bar.update(Math.round((share ?? 0) * 1_000), facts(events)),
    stop: () => bar.stop(),
  };
}

const LINE_MS = 3_000;

function startLines(file: string): Meter {
  const began = performance.now();
  let saidAt = began;
  return {
    show: ({ events, share }) => {
      const now = performance.now();
      if (now - saidAt < LINE_MS) return;
      saidAt = now;
      const part = share === undefined ? [] : [`${Math.round(share * 100)}%`];
      const left = share ? [`${Math.round(((now - began) / share / 1_000) * (1 - share))} s left`] : [];
      const facts = [...part, `${events.toLocaleString("en")} events`, `${rateOf(events, began)}/s`, ...left];
      console.error(`${file}: ${facts.join(", ")}`);
    },
    stop: () => undefined,
  };
}
