import { createHash } from "node:crypto";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { applyNotes } from "./apply-notes.js";
import type { EventModel, NamedType, PartNote, ReadModels, RegisteredSchema } from "./model.js";
import { readAvro, Unsupported } from "./read-avro.js";
import { readJson } from "./read-json.js";
import { readProtobuf } from "./read-protobuf.js";

/**
 * The models of event types, by subject whatever order they come in. Never throws for a schema: what is not supported
 * is a problem with its subject and path, and all problems of all subjects are found at once.
 */
export function readModels(schemas: readonly RegisteredSchema[]): ReadModels {
  const events: EventModel[] = [];
  const problems: PartNote[] = [];
  const notes: PartNote[] = [];
  const sorted = [...schemas].sort((one, other) => (one.subject < other.subject ? -1 : 1));
  for (const schema of sorted) {
    const { subject } = schema;
    try {
      const { event, said } = readOne(schema);
      refusePrototype([event.root, ...event.named]);
      events.push(schema.notes === undefined ? event : applyNotes(event, schema.notes));
      notes.push(...said.map((note) => ({ subject, ...note })));
    } catch (error) {
      const path = error instanceof Unsupported ? error.path : "";
      const message = error instanceof Error ? error.message.slice(0, 300) : "can't be read";
      problems.push({ subject, path, message });
    }
  }
  return { events, problems, notes };
}

/** A property of this name would be JavaScript's way to the prototype. */
function refusePrototype(types: readonly NamedType[]): void {
  for (const type of types) {
    if (type.kind !== "record" || type.fields.every(({ wire }) => wire !== "__proto__")) continue;
    throw new Unsupported("__proto__", "is no name that every language can use");
  }
}

function readOne(schema: RegisteredSchema): {
  event: EventModel;
  said: readonly { path: string; message: string }[];
} {
  const { subject, version, schemaId, kind, text, references } = schema;
  const fingerprint = createHash("sha256").update(text).digest("hex");
  const facts = { subject, version, schemaId, fingerprint };
  switch (kind) {
    case SchemaKind.AVRO:
      return {
        event: { ...facts, language: "Avro", format: "avro", ...readAvro(text, references) },
        said: [],
      };
    case SchemaKind.JSON_SCHEMA: {
      const { root, named, notes } = readJson(text, subject);
      return { event: { ...facts, language: "JSON Schema", format: "json", root, named }, said: notes };
    }
    case SchemaKind.PROTOBUF:
      return {
        event: { ...facts, language: "Protobuf", format: "json", ...readProtobuf(text, references) },
        said: [],
      };
    default:
      throw new Unsupported("", "is of a language that typed clients are not made of");
  }
}

/** A problem or a note as one line. */
export function partLine({ subject, path, message }: PartNote): string {
  return `${subject}: ${path === "" ? "" : `${path}: `}${message}`;
}
