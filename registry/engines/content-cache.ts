// The contents of schemas that were read lately. What a guid stands for in its context never changes, so that nothing
// here can become stale; whether a version is there is always asked of Postgres.
import type { SchemaIdentity } from "../fingerprint.js";
import { SourceCache } from "../source-cache.js";

/** Which schema of a project it is. */
export interface ContentKey {
  readonly projectId: string;
  readonly context: string;
  readonly schemaId: number;
  readonly guid: string;
}

/** Bytes of contents in each of two generations. */
const contentBytesMax = 8 * 1024 * 1024;

const keyOf = ({ projectId, context, schemaId, guid }: ContentKey): string =>
  `${guid} ${schemaId} ${projectId} ${context}`;

export class ContentCache {
  readonly #known = new SourceCache<SchemaIdentity>(contentBytesMax);

  get(key: ContentKey): SchemaIdentity | undefined {
    return this.#known.get(keyOf(key));
  }

  set(key: ContentKey, { kind, text, references, metadata, ruleSet }: SchemaIdentity): void {
    const isPlain = metadata === undefined && ruleSet === undefined && references.length === 0;
    const size = isPlain ? 0 : JSON.stringify([references, metadata, ruleSet]).length;
    const content = { kind, text, references, metadata, ruleSet };
    this.#known.set(keyOf(key), content, Buffer.byteLength(text) + size);
  }
}
