import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Command, InvalidArgumentError } from "commander";
import {
  type CheckEventsResponse,
  RegistryService,
} from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { type Change, ChangeKind } from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { Outcome } from "../../gen/ts/tideline/registry/v1/verdict_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { exitCodes } from "../failure.js";
import { answerLines } from "../schemas/answer-lines.js";
import { schemaOf, schemasTable } from "../schemas/schema-table.js";
import { safeText, textTable } from "../show/table.js";
import { wholeNumber } from "./options.js";

const kindOption = [
  "-k, --kind <kind>",
  "avro, json-schema or protobuf (default: by the file's ending)",
] as const;
/** Events that a proposed schema is tried on. */
const EVENTS = 10_000;
const EVENTS_MAX = 200_000;

/** What `tideline schemas` does with one event type. */
export function addSchemaChangeCommands(schemas: Command, context: CommandContext): void {
  addChecks(schemas, context);
  addHistory(schemas, context);
  const client = () => context.client(RegistryService, "admin");
  schemas
    .command("roll-back")
    .description("Makes a version the newest again, as a new version of the same schema.")
    .argument("<type>", "the event type")
    .argument("<version>", "the version", wholeNumber)
    .option("--force", "whatever the level says", false)
    .action(async (subject: string, version: number, { force }: { force: boolean }) => {
      const { schema } = await client().rollBackSubject({ subject, version, force }, unary);
      if (schema !== undefined) console.log(schemasTable([schema]));
    });
  schemas
    .command("delete")
    .description("Hides a version, or every one; with --permanent removes what is hidden.")
    .argument("<type>", "the event type")
    .option("-v, --version <n>", "the version (default: all)", wholeNumber)
    .option("--permanent", "removes for good what was hidden before", false)
    .action(async (subject: string, flags: { version?: number; permanent: boolean }) => {
      const { version, permanent } = flags;
      const gone =
        version === undefined
          ? (await client().deleteSubject({ subject, permanent }, unary)).versions
          : [(await client().deleteSchema({ subject, version, permanent }, unary)).version];
      console.log(`${permanent ? "removed" : "hidden"}: version ${gone.join(", ")}`);
    });
}

function addChecks(schemas: Command, context: CommandContext): void {
  const client = () => context.client(RegistryService, "admin");
  schemas
    .command("check")
    .description(
      "Says what registering a schema would do: the verdict with an event that shows it, and on real events.",
    )
    .argument("<type>", "the event type")
    .argument("<file>", "the schema's text")
    .option(...kindOption)
    .option("--events <n>", "tries it on so many of the newest stored events; 0: none", eventsNumber, EVENTS)
    .action(async (subject: string, file: string, flags: { kind?: string; events: number }) => {
      const proposed = { subject, ...(await schemaOf(file, flags.kind)) };
      const answer = await client().checkSchema(proposed, unary);
      for (const line of answerLines(answer)) console.log(safeText(line, 1_000));
      if (flags.events > 0) {
        const request = { ...proposed, eventsMax: flags.events };
        console.log(eventsText(await client().checkEvents(request, { timeoutMs: 120_000 })));
      }
      if (!answer.isRegistered && answer.outcome !== Outcome.COMPATIBLE) process.exitCode = exitCodes.failed;
    });
  schemas
    .command("diff")
    .description("Says what changed between two versions.")
    .argument("<type>", "the event type")
    .argument("[from]", "the older version (default: the one before)", wholeNumber)
    .argument("[to]", "the newer version (default: the newest)", wholeNumber)
    .action(async (subject: string, fromVersion = 0, toVersion = 0) => {
      const answer = await client().diffSchemas({ subject, fromVersion, toVersion }, unary);
      console.log(`version ${answer.from?.version} to ${answer.to?.version}`);
      for (const { change, path, message, breaksBackward, breaksForward } of answer.differences) {
        const breaks = [breaksBackward && "BACKWARD", breaksForward && "FORWARD"].filter(Boolean).join(", ");
        const mark = breaks === "" ? "" : ` (breaks ${breaks})`;
        console.log(safeText(`  ${change} ${path}: ${message}${mark}`, 1_000));
      }
    });
}

function eventsNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > EVENTS_MAX) throw new InvalidArgumentError(`0 to ${EVENTS_MAX}`);
  return value;
}

function addHistory(schemas: Command, context: CommandContext): void {
  schemas
    .command("history")
    .description("Lists every change: what, by which key and when.")
    .argument("[type]", "the event type (default: all)", "")
    .action(async (subject: string) => {
      const changes: Change[] = [];
      for (let after = 0n; ; ) {
        const request = { subject, after, pageSize: 1_000 };
        const page = await context.client(RegistryService, "admin").listChanges(request, unary);
        changes.push(...page.changes);
        const last = page.changes.at(-1);
        if (last === undefined || page.changes.length < 1_000) break;
        after = last.number;
      }
      const rows = changes.map(({ time, kind, subject: of, version, keyId, detail }) => [
        time === undefined ? "" : new Date(timestampMs(time)).toISOString().slice(0, 19).replace("T", " "),
        (ChangeKind[kind] ?? "").toLowerCase().replaceAll("_", " "),
        safeText(of, 60),
        version === 0 ? "" : version,
        keyId,
        safeText(detail, 80),
      ]);
      console.log(textTable(["when (UTC)", "what", "type", "version", "key", "detail"], rows));
    });
}

function eventsText(answer: CheckEventsResponse): string {
  const { checked, failed, unjudged, unjudgedFields, failures, producers, isCut, metrics } = answer;
  const of = `${checked}${isCut ? " newest" : ""} stored events`;
  const others = unjudged === 0 ? "" : `, ${unjudged} not judged (personal fields)`;
  const lines = [`${failed} of ${of} would fail${others}`];
  for (const { path, rule, message, events, eventId } of failures)
    lines.push(safeText(`  ${events} x ${path} ${rule}: ${message} (such as event ${eventId})`, 500));
  for (const { keyId, library, libraryVersion, schemaVersion, isEncoded, events, failed: bad } of producers) {
    if (bad === 0) continue;
    const form = isEncoded ? "bytes of" : "JSON by";
    const version = schemaVersion === 0 ? "JSON without a schema" : `${form} schema version ${schemaVersion}`;
    const sender = [`key ${keyId}`, `${library} ${libraryVersion}`.trim(), version]
      .filter(Boolean)
      .join(", ");
    lines.push(safeText(`  sent by ${sender}: ${bad} of ${events}`, 500));
  }
  for (const { path, events } of unjudgedFields)
    lines.push(
      safeText(`  not judged in ${events}: ${path} is personal, and not stored as it was sent`, 500),
    );
  for (const { name, path, before, after } of metrics)
    lines.push(safeText(`  metric ${name} reads ${path}: ${before} now, ${after || "not said"} then`, 500));
  return lines.join("\n");
}
