// Properties as CEL's values. CEL tells whole numbers from doubles, JSON doesn't: the schema says which are which.
import { type CelList, type CelMap, celList, celMap } from "@bufbuild/cel";
import { ExactNumber, parseExact } from "../../platform/json/exact.js";
import type { TakenProperties } from "../compiled-schema.js";

/** Where whole numbers stand: in a member of that name, in every item or other member, or right here. */
export interface NumberHint {
  readonly isInteger?: boolean;
  readonly members?: ReadonlyMap<string, NumberHint>;
  readonly items?: NumberHint;
}

export type CelBinding = null | boolean | string | number | bigint | CelList | CelMap;

/** How properties are bound. */
export interface CelNames {
  /** The name of the map of all properties. */
  readonly whole: string;
  readonly hint: NumberHint;
}

/** A schema may contain itself; what lies deeper than properties may be nested has no hint. */
export const hintDepthMax = 32;

/** Digits that a double may not hold: then numbers are read exactly, which takes longer. */
const longDigits = /\d{16}/;

/** The named properties of a JSON object as CEL's values; missing ones are left out. */
export function celOf(
  { text, parsed }: TakenProperties,
  names: readonly string[],
  { whole, hint }: CelNames,
): Record<string, CelBinding> {
  const bindings: Record<string, CelBinding> = Object.create(null) as Record<string, CelBinding>;
  const json = Buffer.from(text.buffer, text.byteOffset, text.length).toString("latin1");
  const isExact = longDigits.test(json);
  const properties: unknown = isExact
    ? parseExact(Buffer.from(json, "latin1").toString())
    : (parsed ?? JSON.parse(Buffer.from(json, "latin1").toString()));
  for (const name of names) {
    if (name === whole) bindings[name] = celValue(properties, hint);
    else {
      const member = memberOf(properties, name);
      if (member !== undefined)
        bindings[name] = celValue(member, hint.members?.get(name) ?? hint.items ?? {});
    }
  }
  return bindings;
}

interface PlainObject {
  readonly [name: string]: unknown;
}

const memberOf = (properties: unknown, name: string): unknown => {
  if (properties instanceof Map) return properties.get(name) as unknown;
  const plain = properties as PlainObject;
  return Object.hasOwn(plain, name) ? plain[name] : undefined;
};

const celValue = (value: unknown, hint: NumberHint): CelBinding => {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number")
    return hint.isInteger === true && Number.isInteger(value) ? BigInt(value) : value;
  if (value instanceof ExactNumber) {
    return hint.isInteger === true && /^-?\d+$/.test(value.text) ? BigInt(value.text) : Number(value.text);
  }
  if (Array.isArray(value)) return celList(value.map((item) => celValue(item, hint.items ?? {})));
  const members =
    value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value as object);
  return celMap(
    new Map(members.map(([name, it]) => [name, celValue(it, hint.members?.get(name) ?? hint.items ?? {})])),
  );
};
