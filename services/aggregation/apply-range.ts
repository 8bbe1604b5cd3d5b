import { createHash } from "node:crypto";
import type { Log } from "../../platform/log.js";
import { findPoison } from "./poison.js";
import { type EventTables, type Quarantine, RowsRefusedError } from "./ports.js";
import type { RangeContent } from "./range-content.js";
import { planRecovery } from "./recovery.js";

/** A range that was written down, and what is known of earlier tries. */
export interface WrittenRange {
  readonly partition: number;
  readonly content: RangeContent;
  /** The engine's run at the time the range was written down. */
  readonly boot: string;
  /** False where nobody can have begun to insert it. */
  readonly tried: boolean;
}

export interface ApplyPorts {
  readonly tables: EventTables;
  readonly quarantine: Quarantine;
  readonly log: Log;
  /** Writes poisoned indexes down with the range, before anything is inserted without them. */
  writePoisoned(indexes: readonly number[]): Promise<void>;
  /** Throws when the partition is no longer ours; asked before every insert. */
  mustOwn(): void;
  /** Waits before another try; throws when the worker is told to stop. */
  backOff(attempt: number, error: unknown): Promise<void>;
}

/**
 * Brings a range into the tables, exactly once, and resolves with what went in. It does not give up: while the engine
 * is away it waits.
 *
 * The insert's token makes repetition harmless as long as the engine is not restarted. After a restart the token may
 * be remembered for a part that was never named, so the tables are looked at first and only what is missing is filled.
 */
export async function applyRange(range: WrittenRange, ports: ApplyPorts): Promise<RangeContent> {
  const { partition, boot } = range;
  const { tables } = ports;
  let { content, tried } = range;
  if (content.poisoned.size > 0) await keepAside(content, range, ports);
  for (let attempt = 0; ; attempt++) {
    ports.mustOwn();
    try {
      if (content.poisoned.size === content.events) return content;
      const now = tried ? await tables.boot() : boot;
      if (now !== boot) {
        await recover({ ...range, content }, now, ports);
        return content;
      }
      tried = true;
      await tables.insert(content, tokenOf(partition, content));
      return content;
    } catch (error) {
      const rest = error instanceof RowsRefusedError ? await withoutPoison(range, content, ports) : undefined;
      if (rest === undefined) await ports.backOff(attempt, error);
      else content = rest;
    }
  }
}

/** Names a range with its content: whoever inserts the same says the same, and nobody else ever does. */
export function tokenOf(partition: number, content: RangeContent): string {
  const { sequence: rawFrom } = content.expected.first;
  const { sequence: rawTo } = content.expected.last;
  const name = `p${partition}:${content.from}-${content.to}:${rawFrom}-${rawTo}:${content.firstReceivedMs}`;
  if (content.poisoned.size === 0) return name;
  const without = [...content.poisoned].sort((a, b) => a - b).join(",");
  return `${name}:without:${createHash("sha256").update(without).digest("hex").slice(0, 32)}`;
}

/** The range without the events that the engine refuses; undefined where it refused for another reason. */
async function withoutPoison(
  range: WrittenRange,
  content: RangeContent,
  ports: ApplyPorts,
): Promise<RangeContent | undefined> {
  let poisoned: number[];
  try {
    poisoned = await findPoison(ports.tables, content);
  } catch (error) {
    // The engine went away while it was asked.
    ports.log.warn({ err: error, partition: range.partition }, "could not look for poisoned events");
    return undefined;
  }
  if (poisoned.length === 0) return undefined;
  const rest = content.without(poisoned);
  await ports.writePoisoned([...rest.poisoned]);
  await keepAside(rest, range, ports);
  ports.log.warn(
    { partition: range.partition, events: poisoned.length },
    "events that no table takes are kept aside",
  );
  return rest;
}

/** Kept aside before the others go in, so that no event is in neither place. */
async function keepAside(
  content: RangeContent,
  { partition }: WrittenRange,
  ports: ApplyPorts,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await ports.quarantine.keep(partition, content, [...content.poisoned]);
      return;
    } catch (error) {
      await ports.backOff(attempt, error);
    }
  }
}

/** Fills what the tables lack, under tokens of this run of the engine, until a look finds nothing missing. */
async function recover(
  range: WrittenRange,
  boot: string,
  { tables, log, mustOwn }: ApplyPorts,
): Promise<void> {
  const { partition, content } = range;
  const { expected } = content;
  const token = `${tokenOf(partition, content)}:after:${boot}`;
  for (let looks = 0; looks < recoveryLooksMax; looks++) {
    const steps = planRecovery(expected, await tables.look(partition, expected));
    log.warn({ partition, looks, steps }, "engine was restarted: range is completed");
    for (const step of steps) {
      mustOwn();
      const name = `${token}:${looks}:${step.kind === "rollup" ? step.rollup : step.kind}`;
      if (step.kind === "people") await tables.fillPeople(partition, expected);
      else if (step.kind === "rollup")
        await tables.fillRollup(step, partition, expected, `${name}:${step.month}`);
      else if (step.alone) await tables.attachEvents(partition, content, step.month);
      else await tables.insertMonth(content, step.month, `${name}:${step.month}`);
    }
    if (steps.every(({ kind }) => kind === "people")) return;
  }
  throw new Error("the tables still lack what was just inserted");
}

/** Events, then rollups, then a look that finds nothing missing; once more for a token that was remembered in vain. */
const recoveryLooksMax = 4;
