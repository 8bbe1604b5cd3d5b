import { create, toBinary } from "@bufbuild/protobuf";
import { EventSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { type EventTables, RowsRefusedError } from "./ports.js";
import type { RangeContent } from "./range-content.js";

/** An event that every sound engine takes: where it is refused as well, the fault lies elsewhere. */
const controlEvent = toBinary(
  EventSchema,
  create(EventSchema, { projectId: "control", eventId: "control", type: "control", properties: "{}" }),
);

/**
 * The indexes of the events that the engine refuses, found by halving, without any effect on tables. Empty where it
 * now takes them all, or takes nothing at all: then the fault is not in the events.
 */
export async function findPoison(tables: EventTables, content: RangeContent): Promise<number[]> {
  const events = [...content.slices()].filter(({ index }) => !content.poisoned.has(index));
  if (!(await passes(tables, [controlEvent]))) return [];
  const poisoned: number[] = [];
  const halves = [events];
  for (let half = halves.pop(); half !== undefined; half = halves.pop()) {
    const bytes = half.map((event) => event.bytes);
    if (half.length === 0 || (await passes(tables, bytes))) continue;
    if (half.length === 1) poisoned.push(...half.map(({ index }) => index));
    else {
      const middle = half.length >> 1;
      halves.push(half.slice(middle), half.slice(0, middle));
    }
  }
  return poisoned;
}

async function passes(tables: EventTables, events: readonly Uint8Array[]): Promise<boolean> {
  try {
    await tables.probe(events);
    return true;
  } catch (error) {
    if (error instanceof RowsRefusedError) return false;
    throw error;
  }
}
