// What an encoded event says, as properties in JSON that people can correct and the newest version judges: read with
// the version that wrote it, each field under the name and in the form that the newest version has for it.
import { checkJsonObject } from "../platform/json/check.js";
import { type ExactValue, parseExact } from "../platform/json/exact.js";
import { compileAvroRecord } from "./avro/compiled.js";
import type { AvroRecord } from "./avro/type.js";
import type { CompiledSchema, SchemaResult } from "./compiled-schema.js";
import { joinPersonal, type PersonalField } from "./personal.js";
import { personalBetween } from "./personal-names.js";
import type { ProtoSet } from "./protobuf/model.js";
import { messagesOf, namesOf, readSome } from "./protobuf/partial-read.js";

type Properties = Map<string, ExactValue>;

/** An event's properties, and what is personal in them under the names of both versions. */
export interface OpenedBody {
  readonly properties: Properties;
  readonly personal: readonly PersonalField[];
}

/** Reads bodies of one version for another one. */
export interface BodyVersions {
  readonly writer: CompiledSchema;
  /** The newest live version; where there is none, the writer itself. */
  readonly reader: CompiledSchema;
  readonly noted: readonly PersonalField[];
  /** Properties, by the writer's names, that are left as they were written. */
  readonly asWritten: ReadonlySet<string>;
}

/** How one payload's fields are read by the newest version. */
interface Fields {
  /** The newest version's name of a field by the writer's; a field that is not there is read no more. */
  readonly names: ReadonlyMap<string, string>;
  /** Some fields, by the newest version's names. */
  read(names: ReadonlySet<string>): SchemaResult;
}

export class BodyOpener {
  readonly #versions: BodyVersions;
  readonly #personal: readonly PersonalField[];
  readonly #partsOfAvro = new Map<string, CompiledSchema>();

  constructor(versions: BodyVersions) {
    this.#versions = versions;
    this.#personal = personalBetween(versions.reader, versions.writer, versions.noted);
  }

  /** Undefined where the payload can't be read by the version that wrote it. */
  open(payload: Uint8Array): OpenedBody | undefined {
    const { writer } = this.#versions;
    const isJson = writer.avro === undefined && writer.protobuf === undefined;
    const decoded = isJson ? { text: payload } : (writer.shape ?? writer).decode(payload);
    const written = propertiesOf(decoded);
    if (written === undefined || "refusal" in decoded) return undefined;
    const personal = decoded.personal ?? [];
    const fields = this.#fieldsOf(payload);
    const properties = fields === undefined ? written : this.#moved(written, fields);
    return { properties, personal: joinPersonal(personal, this.#personal) };
  }

  /** Undefined where the two versions have the same fields, or don't tell which are. */
  #fieldsOf(payload: Uint8Array): Fields | undefined {
    const { writer, reader } = this.#versions;
    if (writer === reader) return undefined;
    if (writer.avro !== undefined && reader.avro !== undefined) {
      const { avro } = reader;
      return {
        names: namesInAvro(writer.avro, avro),
        read: (names) => this.#partOf(avro, names).resolve(payload, writer),
      };
    }
    if (writer.protobuf === undefined || reader.protobuf === undefined) return undefined;
    return fieldsOfProtobuf(payload, writer.protobuf, reader.protobuf);
  }

  /** The record with some of its fields: what it lacks is neither asked for nor filled in. */
  #partOf(record: AvroRecord, names: ReadonlySet<string>): CompiledSchema {
    const key = [...names].join();
    let part = this.#partsOfAvro.get(key);
    if (part === undefined) {
      part = compileAvroRecord({ ...record, fields: record.fields.filter(({ name }) => names.has(name)) });
      this.#partsOfAvro.set(key, part);
    }
    return part;
  }

  #moved(written: Properties, { names, read }: Fields): Properties {
    const { asWritten } = this.#versions;
    const kept = [...written.keys()].filter((name) => !asWritten.has(name) && names.has(name));
    const wanted = new Set(kept.map((name) => names.get(name) ?? name));
    const all = propertiesOf(read(wanted));
    const moved: Properties = new Map();
    for (const [name, value] of written) {
      if (asWritten.has(name)) moved.set(name, value);
      const here = names.get(name);
      // What the newest version has no place for is left out, as it is where nothing is corrected.
      if (asWritten.has(name) || here === undefined || moved.has(here)) continue;
      const resolved = all ?? propertiesOf(read(new Set([here])));
      // What can't be read as the newest version has it stands as it was written: a cast may help, or the door refuses.
      moved.set(here, resolved?.get(here) ?? value);
    }
    return moved;
  }
}

const propertiesOf = (result: SchemaResult): Properties | undefined => {
  if ("refusal" in result || checkJsonObject(result.text) !== undefined) return undefined;
  const parsed = parseExact(Buffer.from(result.text).toString());
  return parsed instanceof Map ? parsed : undefined;
};

/** A field goes by its own name, else by an alias that the newest version has for it. */
const namesInAvro = (writer: AvroRecord, reader: AvroRecord): ReadonlyMap<string, string> => {
  const here = new Map(reader.fields.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name])));
  for (const { name } of reader.fields) here.set(name, name);
  return new Map(
    writer.fields.flatMap(({ name }): [string, string][] => {
      const found = here.get(name);
      return found === undefined ? [] : [[name, found]];
    }),
  );
};

const fieldsOfProtobuf = (payload: Uint8Array, writer: ProtoSet, reader: ProtoSet): Fields | undefined => {
  const messages = messagesOf(payload, writer, reader);
  if (messages === undefined) return undefined;
  return {
    names: namesOf(messages, { writer, reader }),
    read: (names) => readSome(reader, messages, names),
  };
};
