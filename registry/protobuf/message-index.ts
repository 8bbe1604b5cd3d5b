// The path by which Confluent's wire format names a message of a file: indexes from the top, as zigzag varints behind
// their count; the first message of the file, by far the commonest, is the single byte 0.
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { nestingMax } from "./cursor.js";
import { Refused } from "./event-plan.js";
import type { ProtoFile, ProtoMessage } from "./model.js";
import { WireReader } from "./wire-reader.js";

/** The indexes that lead to a message; entries of maps count for nothing. */
function pathTo(messages: readonly ProtoMessage[], wanted: ProtoMessage): number[] | undefined {
  for (const [index, message] of messages.entries()) {
    if (message === wanted) return [index];
    const inside = wanted.name.startsWith(`${message.name}.`) ? pathTo(message.messages, wanted) : undefined;
    if (inside !== undefined) return [index, ...inside];
  }
  return undefined;
}

export function messageIndex(file: ProtoFile, message: ProtoMessage): Uint8Array {
  const path = pathTo(file.messages, message) ?? [0];
  if (path.length === 1 && path[0] === 0) return Uint8Array.of(0);
  const writer = new BinaryWriter().sint32(path.length);
  for (const index of path) writer.sint32(index);
  return writer.finish();
}

/** The message that a payload names, and its bytes. @throws Refused; NotEncoded where it ends early */
export function readMessageIndex(
  file: ProtoFile,
  payload: Uint8Array,
): { message: ProtoMessage; bytes: Uint8Array } {
  const reader = new WireReader(payload);
  const none = (): Refused =>
    new Refused("message_index", "The payload names a message that the schema does not have.");
  const count = reader.sint32();
  const path = count === 0 ? [0] : [];
  if (count < 0 || count > nestingMax + 1) throw none();
  for (let left = count; left > 0; left--) path.push(reader.sint32());
  let messages: readonly ProtoMessage[] = file.messages;
  let message: ProtoMessage | undefined;
  for (const index of path) {
    message = messages[index];
    if (message === undefined) throw none();
    ({ messages } = message);
  }
  if (message === undefined) throw none();
  return { message, bytes: payload.subarray(reader.pos) };
}
