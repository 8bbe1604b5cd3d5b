// What is personal in an event that one version wrote and another one reads: what either of them says, and the notes,
// under the names that each version has for the fields.
import type { AvroType } from "./avro/type.js";
import type { CompiledSchema } from "./compiled-schema.js";
import { type FieldPath, joinPersonal, type PersonalField, personalField } from "./personal.js";
import { fieldsOf, isMessage, type ProtoField, type ProtoMessage, type ProtoSet } from "./protobuf/model.js";

/** The other names of each step of a path. */
type OtherNames = readonly (readonly string[])[];

const avroRecordsIn = (type: AvroType): AvroType[] =>
  type.kind === "union" ? type.branches.flatMap(avroRecordsIn) : [type];

/** What a record calls the fields of a path that has another version's names: its aliases say it, both ways. */
const namesInAvro = (root: AvroType, path: FieldPath): OtherNames => {
  let types = [root];
  return path.map((step) => {
    const names: string[] = [];
    const next = new Set<AvroType>();
    for (const type of types) {
      if (type.kind === "array") next.add(type.items);
      else if (type.kind === "map") next.add(type.values);
      else if (type.kind === "record") {
        for (const field of type.fields) {
          if (field.name !== step && !field.aliases.includes(step)) continue;
          names.push(field.name);
          next.add(field.type);
        }
      }
    }
    types = [...new Set([...next].flatMap(avroRecordsIn))];
    return step === "*" ? [] : names.filter((name) => name !== step);
  });
};

const storedName = ({ extendee, fullName, jsonName }: ProtoField): string =>
  extendee === undefined ? jsonName : `[${fullName}]`;

const fieldNamed = (
  set: ProtoSet,
  message: ProtoMessage | undefined,
  step: string,
): ProtoField | undefined => {
  if (message === undefined) return undefined;
  const fields = fieldsOf(set, message);
  return fields.find((field) => storedName(field) === step) ?? fields.find(({ name }) => name === step);
};

const messageOf = (field: ProtoField | undefined): ProtoMessage | undefined =>
  field !== undefined && isMessage(field.type) ? field.type : undefined;

/** What a file calls the fields of a path: by the number that they have in the file that wrote it, or by name. */
const namesInProtobuf = (set: ProtoSet, path: FieldPath, from: ProtoSet): OtherNames => {
  let [written] = from.file.messages as (ProtoMessage | undefined)[];
  let [message] = set.file.messages as (ProtoMessage | undefined)[];
  if (written !== undefined && set !== from) {
    const { name } = written;
    message = set.file.messages.find((one) => one.name === name) ?? message;
  }
  return path.map((step) => {
    if (step === "*") return [];
    const theirs = fieldNamed(from, written, step);
    const fields = message === undefined ? [] : fieldsOf(set, message);
    const own = fields.find(({ number }) => number === theirs?.number) ?? fieldNamed(set, message, step);
    written = messageOf(theirs);
    message = messageOf(own);
    if (own === undefined) return [];
    return [...new Set([storedName(own), own.name])].filter((name) => name !== step);
  });
};

const namesIn = (schema: CompiledSchema, path: FieldPath, from: CompiledSchema): OtherNames => {
  if (schema.avro !== undefined) return namesInAvro(schema.avro, path);
  if (schema.protobuf === undefined) return [];
  return namesInProtobuf(schema.protobuf, path, from.protobuf ?? schema.protobuf);
};

/** Fields with the names beside theirs that a schema has for them; `from` is the one that they are of. */
const namedBy = (
  schema: CompiledSchema,
  fields: readonly PersonalField[],
  from: CompiledSchema,
): readonly PersonalField[] => {
  if ((schema.avro ?? schema.protobuf) === undefined) return fields;
  return fields.map(({ path, class: its, otherNames }) => {
    const names = namesIn(schema, path, from);
    const all = path.map((_, index) => [...(otherNames?.[index] ?? []), ...(names[index] ?? [])]);
    return personalField(path, its, all);
  });
};

type ByNotes = WeakMap<readonly PersonalField[], readonly PersonalField[]>;

/** Worked out once for each pair of versions and their notes. */
const known = new WeakMap<CompiledSchema, WeakMap<CompiledSchema, ByNotes>>();

/** What is personal in what one version wrote and another one reads, by the names of both. */
export function personalBetween(
  reader: CompiledSchema,
  writer: CompiledSchema,
  noted: readonly PersonalField[],
): readonly PersonalField[] {
  if (reader === writer && noted.length === 0) return reader.personal;
  const ofReader = known.get(reader) ?? new WeakMap<CompiledSchema, ByNotes>();
  known.set(reader, ofReader);
  const ofBoth: ByNotes = ofReader.get(writer) ?? new WeakMap();
  ofReader.set(writer, ofBoth);
  let fields = ofBoth.get(noted);
  if (fields === undefined) {
    fields = joinPersonal(reader.personal, namedBy(reader, noted, reader));
    if (reader !== writer) {
      for (const more of [
        namedBy(reader, writer.personal, writer),
        namedBy(writer, reader.personal, reader),
        namedBy(writer, noted, reader),
      ]) {
        fields = joinPersonal(fields, more);
      }
    }
    ofBoth.set(noted, fields);
  }
  return fields;
}
