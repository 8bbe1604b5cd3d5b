// Turns data into JSON text in one pass over their bytes, as the reader's schema has them: a resolution compiled once
// into functions, one for each pair of types. A record's fields come in the order they were written in, those with
// defaults last; a union's value comes plainly, without its branch's name.
import type { ExactValue } from "../../platform/json/exact.js";
import { jsonLimits } from "../../platform/json/rules.js";
import type { SchemaResult } from "../compiled-schema.js";
import { Cursor, type DatumLimits } from "./cursor.js";
import { chosen, type Mismatch, type Pair } from "./pairing.js";
import { Refused, within } from "./refused.js";
import { type Reading, scalarReading } from "./scalar-reading.js";
import { skipping } from "./skipping.js";
import type { AvroEnum, AvroRecord } from "./type.js";

/** Reads data of one writer's schema. Synchronous, bounded, and throws nothing. */
export type DatumReader = (datum: Uint8Array) => SchemaResult;

const COMMA = 44;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const COLON = 58;

const refusing =
  ({ rule, message }: Pick<Mismatch, "rule" | "message">): Reading =>
  () => {
    throw new Refused(rule, message);
  };

class Compiler {
  readonly #readings = new Map<Pair, Reading>();

  /** A pair's reading, compiled when it is first used: types may contain themselves. */
  reading(pair: Pair): Reading {
    const known = this.#readings.get(pair);
    if (known !== undefined) return known;
    if (pair.writer.kind !== "record" && pair.writer.kind !== "union") {
      const made = this.#compile(pair);
      this.#readings.set(pair, made);
      return made;
    }
    let compiled: Reading | undefined;
    const lazy: Reading = (cursor) => {
      compiled ??= this.#compile(pair);
      compiled(cursor);
    };
    this.#readings.set(pair, lazy);
    return lazy;
  }

  #compile(pair: Pair): Reading {
    const { writer, reader } = pair;
    const whole = pair.mismatches.find(({ symbols }) => symbols === undefined);
    if (whole !== undefined) return refusing(whole);
    if (writer.kind === "union") return this.#union(pair.parts);
    const choice = chosen(pair);
    if (choice !== undefined) return this.#compile(choice);
    if (writer.kind === "record") return this.#record(writer, pair);
    if (writer.kind === "array") return this.#array(pair);
    if (writer.kind === "map") return this.#map(pair);
    if (writer.kind === "enum" && reader.kind === "enum") return enumReading(writer, reader, pair.mismatches);
    const scalar = scalarReading(writer, reader);
    if (scalar === undefined) throw new Error(`no reading of ${writer.kind}`);
    return scalar;
  }

  #union(branches: readonly Pair[]): Reading {
    const readings = branches.map((branch) => this.reading(branch));
    const { length } = readings;
    return (cursor) => {
      cursor.step();
      (readings[cursor.choice(length)] as Reading)(cursor);
    };
  }

  #record(writer: AvroRecord, { fields }: Pair): Reading {
    const kept = new Map(fields.map((source) => [source.index, source]));
    const steps = writer.fields.map(({ type, name }, index) => {
      const source = kept.get(index);
      if (source?.pair === undefined) return { key: undefined, name, read: skipping(type) };
      return { key: source.field.name, name: source.field.name, read: this.reading(source.pair) };
    });
    let opener = "{";
    const parts = steps.map(({ key, name, read }) => {
      if (key === undefined) return { key: undefined, name, read };
      const text = Buffer.from(`${opener}${JSON.stringify(key)}:`);
      opener = ",";
      return { key: text, name, read };
    });
    let tail = "";
    let names = fields.length;
    for (const { field, index } of fields) {
      if (index !== undefined || field.fallback === undefined) continue;
      names += namesIn(field.fallback.value);
      tail += `${opener}${JSON.stringify(field.name)}:${field.fallback.text}`;
      opener = ",";
    }
    const closer = Buffer.from(`${tail}${opener === "{" ? "{}" : "}"}`);
    const tooLong = fields.some(({ field }) => field.name.length > jsonLimits.nameBytes);
    if (tooLong) {
      const message = `A name is longer than ${jsonLimits.nameBytes} bytes.`;
      return () => {
        throw new Refused("max_name_bytes", message);
      };
    }
    return recordReading({ parts, closer, names });
  }

  #array({ parts: [part] }: Pair): Reading {
    const items = part === undefined ? undefined : this.reading(part);
    return (cursor) => {
      cursor.step();
      cursor.enter();
      cursor.out.byte(OPEN_ARRAY);
      let index = 0;
      for (let count = cursor.count(); count > 0; count = cursor.count()) {
        for (; count > 0; count--) {
          cursor.step();
          if (index > 0) cursor.out.byte(COMMA);
          try {
            items?.(cursor);
          } catch (error) {
            throw within(error, index);
          }
          index++;
        }
      }
      cursor.out.byte(CLOSE_ARRAY);
      cursor.leave();
    };
  }

  #map({ parts: [part] }: Pair): Reading {
    const values = part === undefined ? undefined : this.reading(part);
    return (cursor) => {
      cursor.step();
      cursor.enter();
      const names = new Set<string>();
      cursor.out.byte(OPEN_OBJECT);
      for (let count = cursor.count(); count > 0; count = cursor.count()) {
        for (; count > 0; count--) {
          cursor.step();
          if (names.size > 0) cursor.out.byte(COMMA);
          const name = readName(cursor, names);
          try {
            values?.(cursor);
          } catch (error) {
            throw within(error, name);
          }
        }
      }
      cursor.out.byte(CLOSE_OBJECT);
      cursor.leave();
    };
  }
}

/** The names of the objects in a value. */
const namesIn = (value: ExactValue): number => {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + namesIn(item), 0);
  if (!(value instanceof Map)) return 0;
  return [...value.values()].reduce((sum: number, member) => sum + namesIn(member), value.size);
};

interface RecordPart {
  readonly key: Uint8Array | undefined;
  readonly name: string;
  readonly read: Reading;
}

const recordReading = ({
  parts,
  closer,
  names,
}: {
  readonly parts: readonly RecordPart[];
  readonly closer: Uint8Array;
  readonly names: number;
}): Reading => {
  const { length } = parts;
  return (cursor) => {
    cursor.step();
    cursor.enter();
    cursor.name(names);
    let at = 0;
    try {
      for (; at < length; at++) {
        const { key, read } = parts[at] as RecordPart;
        if (key !== undefined) cursor.out.raw(key);
        read(cursor);
      }
    } catch (error) {
      throw within(error, (parts[at] as RecordPart).name);
    }
    cursor.out.raw(closer);
    cursor.leave();
  };
};

/** A map's next name, written with its colon. */
const readName = (cursor: Cursor, names: Set<string>): string => {
  const length = cursor.length();
  const start = cursor.take(length);
  cursor.name(1);
  cursor.out.utf8(cursor.bytes, start, start + length);
  cursor.out.byte(COLON);
  const name = cursor.bytes.toString("utf8", start, start + length);
  if (length > jsonLimits.nameBytes) {
    throw new Refused("max_name_bytes", `A name is longer than ${jsonLimits.nameBytes} bytes.`);
  }
  if (names.has(name)) throw new Refused("unique_names", "An object has the same name twice.").within(name);
  names.add(name);
  return name;
};

const enumReading = (writer: AvroEnum, reader: AvroEnum, mismatches: readonly Mismatch[]): Reading => {
  const known = new Set(reader.symbols);
  const texts = writer.symbols.map((symbol) => {
    const read = known.has(symbol) ? symbol : reader.fallback;
    return read === undefined ? undefined : Buffer.from(`"${read}"`);
  });
  const [mismatch] = mismatches;
  return (cursor) => {
    const text = texts[cursor.choice(texts.length)];
    if (text === undefined) {
      throw new Refused("AVRO_ENUM_SYMBOL_MISSING", mismatch?.message ?? "The symbol is not known.");
    }
    cursor.out.raw(text);
  };
};

let cursor: Cursor | undefined;

/** Compiles a resolution. Where the pair is broken, data that do not lead into what is wrong are read all the same. */
export function compileReader(pair: Pair, limits: DatumLimits = jsonLimits): DatumReader {
  const read = new Compiler().reading(pair);
  return (datum) => {
    cursor ??= new Cursor();
    cursor.start(datum, limits);
    try {
      read(cursor);
      cursor.end();
      return { text: cursor.out.take() };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { refusal: error.refusal() };
    }
  };
}
