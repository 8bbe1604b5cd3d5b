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

const membersOf = (message: ProtoMessage, depth: number, left: { steps: number }): Map<string, NumberHint> =>
  new Map(message.fields.map((field) => [field.jsonName, hintOf(field, depth + 1, left)]));

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
