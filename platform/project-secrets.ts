// Keys for what a project must be able to hide: values that are hashed before they are stored, and values that are
// sealed so that only this deployment opens them. They are derived from the deployment's data secret (HKDF-SHA256, RFC
// 5869), so that none is stored, and no project's key tells anything of another's.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { KEY_BYTES as HASH_KEY_BYTES, KeyedHash } from "./keyed-hash.js";
import { RecentCache } from "./recent-cache.js";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Tells which of several secrets sealed a value; not secret. */
const MARK_BYTES = 4;
/** 128 bits of the hash: two values of a project meet once in 2^64. */
const HASH_BYTES = 16;
const PROJECTS_MAX = 1_000;

interface ProjectKeys {
  readonly hashing: Buffer;
  readonly payloads: KeyedHash;
  /** Newest first. */
  readonly sealing: readonly { readonly mark: Buffer; readonly key: Buffer }[];
}

/** The secrets of all projects. Works synchronously, some microseconds a value. */
export class ProjectSecrets {
  readonly #secrets: readonly string[];
  readonly #keys = new RecentCache<ProjectKeys>(PROJECTS_MAX);

  /**
   * @param dataSecrets Newest first, at least one. The first seals and all of them open, so that a secret can be
   * replaced; the last one hashes, so that equal values stay equal.
   */
  constructor(dataSecrets: readonly string[]) {
    if (dataSecrets.length === 0) throw new RangeError("no data secret");
    this.#secrets = dataSecrets;
  }

  /** HMAC-SHA256 under the project's key, 22 characters of base64url: equal for equal texts of a project. */
  hash(projectId: string, text: string): string {
    const digest = createHmac("sha256", this.#of(projectId).hashing).update(text).digest();
    return digest.subarray(0, HASH_BYTES).toString("base64url");
  }

  /**
   * A keyed hash for what clients sent: tells equal payloads of a project from others, and, without the secret, nothing
   * of what was in them.
   */
  payloads(projectId: string): KeyedHash {
    return this.#of(projectId).payloads;
  }

  /** AES-256-GCM: mark, nonce, tag, text. Different for every call. */
  seal(projectId: string, plain: Uint8Array): Buffer {
    const [newest] = this.#of(projectId).sealing;
    if (newest === undefined) throw new RangeError("no data secret");
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", newest.key, nonce);
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([newest.mark, nonce, cipher.getAuthTag(), text]);
  }

  /** What was sealed for this project; undefined where it was not, was changed, or its secret is not among ours. */
  open(projectId: string, sealed: Uint8Array): Buffer | undefined {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
    if (bytes.length < MARK_BYTES + NONCE_BYTES + TAG_BYTES) return undefined;
    const mark = bytes.subarray(0, MARK_BYTES);
    const found = this.#of(projectId).sealing.find((it) => it.mark.equals(mark));
    if (found === undefined) return undefined;
    const nonceEnd = MARK_BYTES + NONCE_BYTES;
    const decipher = createDecipheriv("aes-256-gcm", found.key, bytes.subarray(MARK_BYTES, nonceEnd));
    decipher.setAuthTag(bytes.subarray(nonceEnd, nonceEnd + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(nonceEnd + TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined; // The tag does not fit: another project's, or changed on its way.
    }
  }

  #of(projectId: string): ProjectKeys {
    const known = this.#keys.get(projectId);
    if (known !== undefined) return known;
    const sealing = this.#secrets.map((secret) => ({
      mark: derived(secret, `${projectId} mark`).subarray(0, MARK_BYTES),
      key: derived(secret, `${projectId} seal`),
    }));
    const oldest = this.#secrets.at(-1) ?? "";
    const payloads = new KeyedHash(derived(oldest, `${projectId} payloads`).subarray(0, HASH_KEY_BYTES));
    const made = { hashing: derived(oldest, `${projectId} hash`), payloads, sealing };
    this.#keys.set(projectId, made);
    return made;
  }
}

const derived = (secret: string, info: string): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, "tideline data secret", info, KEY_BYTES));
