// What rules on events of a Protobuf schema have to know: the names of properties, and which are whole numbers.
import { hintDepthMax, type NumberHint } from "../conditions/cel-value.js";
import type { DeclaredProperties } from "../conditions/number-hints.js";
import { isWellKnown } from "./event-plan.js";
import { isMessage, type ProtoField, type ProtoMessage, type ProtoSet } from "./model.js";

/** Fields looked at for one schema: more have no hint. */
const stepsMax = 5_000;

/** The properties of the file's first message. */
export function declaredByProtobuf({ file }: ProtoSet): DeclaredProperties {
  const [root] = file.messages;
  const left = { steps: stepsMax };
  const members = root === undefined ? new Map<string, NumberHint>() : membersOf(root, 0, left);
  return { names: new Set(members.keys()), hint: { members } };
}

function membersOf(message: ProtoMessage, depth: number, left: { steps: number }): Map<string, NumberHint> {
  const members = new Map<string, NumberHint>();
  for (const field of message.fields) {
    // The names of the event itself are all needed: a rule on another one is a mistake.
    if (left.steps <= 0 && depth > 0) break;
    members.set(field.jsonName, hintOf(field, depth + 1, left));
  }
  return members;
}

function hintOf(field: ProtoField, depth: number, left: { steps: number }): NumberHint {
  if (depth > hintDepthMax || left.steps-- <= 0) return {};
  const one = singleHint(field.type, depth, left);
  return field.isRepeated || field.mapKey !== undefined ? { items: one } : one;
}

function singleHint(type: ProtoField["type"], depth: number, left: { steps: number }): NumberHint {
  if (isMessage(type))
    return isWellKnown(type) ? wrapperHint(type) : { members: membersOf(type, depth, left) };
  return typeof type === "string" && /int|fixed/.test(type) ? { isInteger: true } : {};
}

const wrapperHint = ({ name }: ProtoMessage): NumberHint =>
  /\.U?Int\d\dValue$/.test(name) ? { isInteger: true } : {};
