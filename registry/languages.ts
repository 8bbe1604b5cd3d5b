// The schema languages by their kind, and what was parsed lately.
import { createHash } from "node:crypto";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import type { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../platform/fault.js";
import { avroLanguage } from "./avro/language.js";
import { jsonSchemaLanguage } from "./json-schema/language.js";
import { protobufLanguage } from "./protobuf/protobuf.js";
import type { ParsedSchema, ParseOptions, SchemaLanguage, SchemaSource } from "./rules/language.js";
import { SourceCache } from "./source-cache.js";

const languages: ReadonlyMap<SchemaKind, SchemaLanguage> = new Map(
  [
    avroLanguage as SchemaLanguage,
    jsonSchemaLanguage as SchemaLanguage,
    protobufLanguage as SchemaLanguage,
  ].map((language) => [language.kind, language]),
);

/** @throws Fault SCHEMA_INVALID for a kind that there is not */
export function languageOf(kind: SchemaKind): SchemaLanguage {
  const language = languages.get(kind);
  if (language === undefined) throw new Fault(FaultReason.SCHEMA_INVALID, "the kind of schema is not known");
  return language;
}

/** Texts whose parsed form is kept, in each of two generations; the form takes some ten times as much. */
const parsedBytesMax = 4 * 1024 * 1024;

/** A parsed schema, and what it is known by: the same text with the same references has the same key. */
export interface KnownSchema {
  readonly key: string;
  readonly parsed: ParsedSchema;
}

/** Parses schemas, and keeps what was parsed lately. */
export class ParsedSchemas {
  readonly #known = new SourceCache<ParsedSchema>(parsedBytesMax);

  /** @throws Fault SCHEMA_INVALID */
  parse(kind: SchemaKind, source: SchemaSource, options: ParseOptions = {}): KnownSchema {
    const hash = createHash("sha256");
    let bytes = Buffer.byteLength(source.text);
    hash.update(JSON.stringify([kind, options.allowsInvalidDefaults === true, source.text]));
    for (const { name, subject, version, text } of source.references) {
      bytes += Buffer.byteLength(text);
      hash.update(JSON.stringify([name, subject, version, text]));
    }
    const key = hash.digest("base64");
    const known = this.#known.get(key);
    if (known !== undefined) return { key, parsed: known };
    const parsed = languageOf(kind).parse(source, options);
    this.#known.set(key, parsed, bytes);
    return { key, parsed };
  }
}
