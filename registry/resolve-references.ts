import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import type { RegistryView, VersionKey } from "./ports.js";
import type { SchemaReference } from "./records.js";
import type { Show } from "./registry.js";
import type { ReferencedSchema } from "./rules/language.js";
import { schemaLimits } from "./rules/text-bounds.js";
import { parseSubject } from "./subject-name.js";

/** Schemas that one refers to, directly or not. */
const referencesMax = 200;
/** Their texts, together. */
const referencedBytesMax = 4 * schemaLimits.bytes;

export interface ResolvedReferences {
  /** As given, with the number of the version that -1 stands for. */
  readonly references: readonly SchemaReference[];
  /** Where each of them leads. */
  readonly leadsTo: readonly VersionKey[];
  /** All that is referred to, directly or not; what is referred to stands before its referrer. */
  readonly closure: readonly ReferencedSchema[];
}

const nothing: ResolvedReferences = { references: [], leadsTo: [], closure: [] };

/**
 * Follows the references of a schema in `context`. With `show` "live" its own must lead to live versions; what those
 * refer to was checked when they were registered.
 * @throws Fault SCHEMA_REFERENCE_NOT_FOUND, SCHEMA_TOO_LARGE, SUBJECT_INVALID
 */
export async function resolveReferences(
  view: RegistryView,
  context: string,
  references: readonly SchemaReference[],
  show: Show,
): Promise<ResolvedReferences> {
  if (references.length === 0) return nothing;
  const walk = new ReferenceWalk(view);
  const numbered: SchemaReference[] = [];
  const leadsTo: VersionKey[] = [];
  for (const reference of references) {
    const found = await walk.visit(context, reference, show);
    numbered.push({ name: reference.name, subject: reference.subject, version: found.version });
    leadsTo.push(found);
  }
  return { references: numbered, leadsTo, closure: walk.closure };
}

class ReferenceWalk {
  readonly closure: ReferencedSchema[] = [];
  readonly #view: RegistryView;
  readonly #seen = new Set<string>();
  #bytes = 0;

  constructor(view: RegistryView) {
    this.#view = view;
  }

  async visit(context: string, reference: SchemaReference, show: Show): Promise<VersionKey> {
    const { name } = reference;
    const subject = parseSubject(reference.subject, context);
    const wanted = reference.version === -1 ? "latest" : reference.version;
    const found = await this.#view.version(subject, wanted, show);
    if (found === undefined) {
      const { version } = reference;
      throw new Fault(
        FaultReason.SCHEMA_REFERENCE_NOT_FOUND,
        `No schema reference found for subject "${reference.subject}" and version ${version}`,
        { subject: reference.subject, version: String(version) },
      );
    }
    const key = { ...subject, version: found.version };
    const seen = JSON.stringify([name, key.context, key.subject, key.version]);
    if (this.#seen.has(seen)) return key;
    this.#seen.add(seen);
    this.#bytes += Buffer.byteLength(found.text);
    this.#requireBounds();
    // Versions refer to older ones alone, so that this ends.
    for (const inner of found.references) await this.visit(subject.context, inner, "all");
    this.closure.push({ name, subject: found.subject, version: found.version, text: found.text });
    return key;
  }

  #requireBounds(): void {
    const { size } = this.#seen;
    if (size <= referencesMax && this.#bytes <= referencedBytesMax) return;
    const limit = size > referencesMax ? `${referencesMax} schemas` : `${referencedBytesMax} bytes`;
    throw new Fault(
      FaultReason.SCHEMA_TOO_LARGE,
      `the schema refers, directly or not, to more than ${limit}`,
      { limit },
    );
  }
}
