// Moves over what was written and is not read.
import { checkStepsMax } from "../compiled-schema.js";
import type { Cursor } from "./cursor.js";
import { Refused } from "./refused.js";
import type { Reading } from "./scalar-reading.js";
import type { AvroType } from "./type.js";

const skipText: Reading = (cursor) => void cursor.take(cursor.length());

/** The items of the next block; where the block says its size it is skipped whole. */
const skipBlocks = (cursor: Cursor, skipItem: Reading): void => {
  for (;;) {
    const count = cursor.long();
    if (count === 0) return;
    if (count < 0) {
      cursor.take(cursor.length());
      continue;
    }
    if (count > checkStepsMax) throw new Refused("max_steps", "A block has too many items.");
    for (let left = Number(count); left > 0; left--) {
      cursor.step();
      skipItem(cursor);
    }
  }
};

/** What moves over one value of the type; made when it is first used, since types may contain themselves. */
export function skipping(type: AvroType): Reading {
  switch (type.kind) {
    case "null":
      return () => undefined;
    case "boolean":
      return (cursor) => void cursor.boolean();
    case "int":
    case "long":
      return (cursor) => cursor.skipLong();
    case "enum":
      return (cursor) => void cursor.choice(type.symbols.length);
    case "float":
      return (cursor) => void cursor.take(4);
    case "double":
      return (cursor) => void cursor.take(8);
    case "string":
    case "bytes":
      return skipText;
    case "fixed":
      return (cursor) => void cursor.take(type.size);
    default:
      return skippingParts(type);
  }
}

type Container = Extract<AvroType, { kind: "array" | "map" | "union" | "record" }>;

const skippingParts = (type: Container): Reading => {
  let skip: Reading | undefined;
  return (cursor) => {
    skip ??= makeSkip(type);
    cursor.step();
    if (type.kind !== "union") cursor.enter();
    skip(cursor);
    if (type.kind !== "union") cursor.leave();
  };
};

const makeSkip = (type: Container): Reading => {
  switch (type.kind) {
    case "array": {
      const item = skipping(type.items);
      return (cursor) => skipBlocks(cursor, item);
    }
    case "map": {
      const value = skipping(type.values);
      return (cursor) =>
        skipBlocks(cursor, (inner) => {
          skipText(inner);
          value(inner);
        });
    }
    case "union": {
      const branches = type.branches.map(skipping);
      return (cursor) => (branches[cursor.choice(branches.length)] as Reading)(cursor);
    }
    case "record": {
      const fields = type.fields.map((field) => skipping(field.type));
      return (cursor) => {
        for (const field of fields) field(cursor);
      };
    }
  }
};
