import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import {
  CorrectionSchema,
  ListQuarantinedResponseSchema,
  type QuarantineAlarm,
  type Quarantined,
  type QuarantineFilter,
  QuarantineFilterSchema,
  QuarantineService,
  type ReprocessQuarantinedResponse,
} from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { CommandContext } from "../context.js";
import { exitCodes } from "../failure.js";
import { parseTime, timeHelp } from "../question/range.js";
import { jsonOf } from "../show/json.js";
import { safeText, textTable } from "../show/table.js";
import { UserError } from "../target.js";
import { collect, wholeNumber } from "./options.js";

interface FilterFlags {
  readonly id: string[];
  readonly event?: string;
  readonly type?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly alarm?: string;
}

interface ReprocessFlags extends FilterFlags {
  readonly rename: string[];
  readonly default: string[];
  readonly cast: string[];
  readonly newType: string;
  readonly useReceiveTime: boolean;
  readonly dryRun: boolean;
  readonly all: boolean;
}

/** Feeding again may take longer than other calls: 10,000 events at most. */
const options = { timeoutMs: 300_000 };

/** `tideline quarantine` */
export function addQuarantineCommands(program: Command, context: CommandContext): void {
  const quarantine = program
    .command("quarantine")
    .description("Looks at events kept aside, corrects them and feeds them again, or discards them.");
  const client = () => context.client(QuarantineService, "admin");
  withFilter(quarantine.command("list").description("Lists events kept aside, newest first."))
    .option("-l, --limit <n>", "at most so many", wholeNumber, 20)
    .option("--json", "prints the answer as JSON", false)
    .action(async (flags: FilterFlags & { limit: number; json: boolean }) => {
      const request = { filter: filterOf(flags, context), pageSize: flags.limit };
      const answer = await client().listQuarantined(request, options);
      if (flags.json) console.log(jsonOf(ListQuarantinedResponseSchema, answer));
      else {
        if (answer.alarms.length > 0) console.log(`${alarmsTable(answer.alarms)}\n`);
        console.log(`${keptTable(answer.events)}\n${answer.events.length} of ${answer.total}`);
      }
    });
  withFilter(
    quarantine.command("reprocess").description("Feeds events again, after a correction if one is given."),
  )
    .option("--rename <old=new>", "gives a property another name", collect, [])
    .option("--default <name=json>", "fills in a property that is missing", collect, [])
    .option("--cast <name=kind>", "number, integer, string or boolean", collect, [])
    .option("--new-type <type>", "the event type to give", "")
    .option("--all", "all that there is, where no filter says which", false)
    .option("--use-receive-time", "takes the received time for the client time", false)
    .option("--dry-run", "only says what would become of them", false)
    .addHelpText(
      "after",
      `
Example:
  tideline quarantine reprocess --type purchase --rename price=amount --cast amount=number --dry-run`,
    )
    .action(async (flags: ReprocessFlags) => {
      const isNamed =
        flags.id.length > 0 || flags.event || flags.type || flags.reason || flags.from || flags.to;
      if (!isNamed && !flags.alarm && !flags.all && !flags.dryRun)
        throw new UserError(
          "say which events by a filter, or --all; --dry-run says what would become of them",
        );
      const answer = await client().reprocessQuarantined(
        {
          filter: filterOf(flags, context),
          correction: create(CorrectionSchema, {
            rename: pairsOf(flags.rename, "--rename"),
            defaults: pairsOf(flags.default, "--default"),
            casts: pairsOf(flags.cast, "--cast"),
            type: flags.newType,
            useReceiveTime: flags.useReceiveTime,
          }),
          dryRun: flags.dryRun,
        },
        options,
      );
      console.log(reprocessText(answer, flags.dryRun));
      if (answer.failed > 0n) process.exitCode = exitCodes.notAllAccepted;
    });
  withFilter(quarantine.command("discard").description("Takes events off the list for good.")).action(
    async (flags: FilterFlags) => {
      const { discarded } = await client().discardQuarantined({ filter: filterOf(flags, context) }, options);
      console.log(`${discarded} discarded`);
    },
  );
}

function withFilter(command: Command): Command {
  return command
    .option("--id <quarantine-id>", "this event, may be given again", collect, [])
    .option("--event <event-id>", "of this event id")
    .option("--type <type>", "of this event type")
    .option("--reason <reason>", "for this reason, such as EVENT_SCHEMA_VIOLATION")
    .option("--from <time>", `received from this instant on: ${timeHelp}`)
    .option("--to <time>", "received before this instant")
    .option("--alarm <alarm-id>", "of this alarm");
}

function filterOf(flags: FilterFlags, context: CommandContext): QuarantineFilter {
  const at = (text: string) => timestampFromMs(parseTime(text, "UTC", Date.now()));
  return create(QuarantineFilterSchema, {
    projectId: context.options().project ?? "",
    quarantineIds: flags.id,
    eventId: flags.event ?? "",
    type: flags.type ?? "",
    alarmId: flags.alarm ?? "",
    reason: flags.reason === undefined ? FaultReason.UNSPECIFIED : reasonOf(flags.reason),
    ...(flags.from === undefined ? {} : { fromTime: at(flags.from) }),
    ...(flags.to === undefined ? {} : { toTime: at(flags.to) }),
  });
}

function reasonOf(word: string): FaultReason {
  const name = word.toUpperCase().replaceAll("-", "_");
  const found = Object.entries(FaultReason).find(([known]) => known === name || known === `EVENT_${name}`);
  if (found === undefined || typeof found[1] !== "number") {
    throw new UserError(`--reason ${word}: see docs/faults.md for the reasons`);
  }
  return found[1];
}

function pairsOf(pairs: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new UserError(`${option} ${pair}: write name=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** Many events of a key in one line. */
function alarmsTable(alarms: readonly QuarantineAlarm[]): string {
  const time = (at: Timestamp | undefined) =>
    at === undefined ? "" : new Date(timestampMs(at)).toISOString().slice(0, 19);
  const rows = alarms.map(
    ({ alarmId, keyId, firstTime, lastTime, isOpen, events, type, fault, faultEvents }) => [
      isOpen ? "ALARM" : "alarm, over",
      keyId,
      time(firstTime),
      time(lastTime),
      String(events),
      safeText(`${faultEvents} x ${type} ${FaultReason[fault?.reason ?? 0] ?? ""} ${fault?.field ?? ""}`, 80),
      alarmId,
    ],
  );
  return textTable(["", "key", "first", "last", "events", "most frequent", "alarm id (--alarm)"], rows);
}

function keptTable(events: readonly Quarantined[]): string {
  const rows = events.map(({ quarantineId, event, fault, receiveTime, attempts }) => [
    receiveTime === undefined ? "" : new Date(timestampMs(receiveTime)).toISOString().slice(0, 19),
    safeText(event?.type ?? "", 30),
    safeText(event?.eventId ?? "", 40),
    FaultReason[fault?.reason ?? 0] ?? "",
    safeText([fault?.field, fault?.message].filter(Boolean).join(": "), 80),
    attempts,
    quarantineId,
  ]);
  return textTable(["received", "type", "event id", "reason", "what", "attempts", "quarantine id"], rows);
}

function reprocessText(answer: ReprocessQuarantinedResponse, isDryRun: boolean): string {
  const { accepted, duplicates, failed, remaining, failures } = answer;
  const sum = `${accepted} ${isDryRun ? "would pass" : "passed"}, ${duplicates} in the log already, ${failed} ${
    isDryRun ? "would fail" : "failed"
  }, ${remaining} left for another call`;
  return failures.length === 0 ? sum : `${keptTable(failures)}\n${sum}`;
}
