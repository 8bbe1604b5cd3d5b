import { createHash } from "node:crypto";
import type { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { RuleSet, SchemaMetadata, SchemaReference } from "./records.js";

/** All that makes a schema the one it is. */
export interface SchemaIdentity {
  readonly kind: SchemaKind;
  /** The canonical text. */
  readonly text: string;
  readonly references: readonly SchemaReference[];
  readonly metadata?: SchemaMetadata | undefined;
  readonly ruleSet?: RuleSet | undefined;
}

export interface Fingerprints {
  /** MD5 over everything, as a UUID. Metadata that is empty and metadata that is missing differ. */
  readonly guid: string;
  /** The same over kind, text and references alone. */
  readonly body: string;
}

/** JSON with sorted keys, so that their order makes no other schema. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

const uuidOf = (text: string): string =>
  createHash("md5")
    .update(text)
    .digest("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** The parts are kept apart by NUL, which no text of a schema holds; migration 002 computes the plain case alike. */
export function fingerprintsOf({ kind, text, references, metadata, ruleSet }: SchemaIdentity): Fingerprints {
  const refs = references.map(({ name, subject, version }) => [name, subject, version]);
  const body = `${kind}\n${text}${refs.length === 0 ? "" : `\0references${JSON.stringify(refs)}`}`;
  const rest =
    (metadata === undefined ? "" : `\0metadata${sortedJson(metadata)}`) +
    (ruleSet === undefined ? "" : `\0rules${sortedJson(ruleSet)}`);
  return { guid: uuidOf(body + rest), body: uuidOf(body) };
}
