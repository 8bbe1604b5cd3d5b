import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../fault.js";
import { ControlCache } from "./cache.js";
import type { ControlSource } from "./projects.js";

/** Who calls. */
export interface Principal {
  /** "operator" for the operator's key. */
  readonly keyId: string;
  /** The project that the key opens; empty for the operator's. */
  readonly projectId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Events a second, default filled in. */
  readonly eventsPerSecond: number;
  /** Events at once, default filled in. */
  readonly burst: number;
  readonly isOperator: boolean;
}

export const eventsPerSecondDefault = 10_000;

const secretPattern = /^tl_[0-9A-Za-z]{32}$/;
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A new secret: "tl_" and 32 of 62 characters, 190 random bits. */
export function makeSecret(): string {
  let secret = "tl_";
  while (secret.length < 35) {
    for (const byte of randomBytes(32)) {
      // Below the last multiple of 62, so that every character is equally likely.
      if (byte < 248 && secret.length < 35) secret += alphabet[byte % 62];
    }
  }
  return secret;
}

/** What is kept of a secret. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

interface KeyRow {
  readonly key_id: string;
  readonly project_id: string;
  readonly scopes: number[];
  readonly events_per_second: number;
  readonly burst: number;
  readonly expire_time: Date | null;
  readonly revoke_time: Date | null;
}

interface CachedKey {
  readonly principal: Principal;
  /** When it stops working, ms since 1970. */
  readonly endsAt: number;
}

/** Turns the bearer of a request into a principal. */
export interface KeyRing {
  /** @throws Fault KEY_INVALID, or ENGINE_UNAVAILABLE when the key can't be looked up. */
  authenticate(bearer: string | undefined): Promise<Principal>;
  /** Writes the uses since the last call, to the minute; called each minute, and at stop. */
  flushUses(): Promise<void>;
}

export function openKeyRing(source: ControlSource & { operatorKey: string }): KeyRing {
  const { pool, clock } = source;
  const operatorHash = hashSecret(source.operatorKey);
  const operator = operatorPrincipal();
  const uses = new Set<string>();
  const cache = new ControlCache<CachedKey>({
    ...source,
    entriesMax: 10_000,
    // Unknown keys are not cached: they would push out known ones. Each costs one indexed look-up.
    read: async (hash) => {
      const result = await pool.query<KeyRow>(
        `select key_id, project_id, scopes, events_per_second, burst, expire_time, revoke_time
         from api_keys where secret_hash = $1`,
        [Buffer.from(hash, "base64")],
      );
      const [row] = result.rows;
      if (row === undefined) throw keyInvalid("unknown key");
      return { project: row.project_id, value: cachedKey(row) };
    },
  });

  return {
    async authenticate(bearer) {
      if (bearer === undefined || bearer === "")
        throw keyInvalid("no key: send `authorization: Bearer <api key>`");
      const hash = hashSecret(bearer);
      if (timingSafeEqual(hash, operatorHash)) return operator;
      if (!secretPattern.test(bearer)) throw keyInvalid("not an API key");
      const { principal, endsAt } = await cache.get(hash.toString("base64"));
      if (clock.now() >= endsAt) throw keyInvalid("the key is revoked or has expired");
      uses.add(principal.keyId);
      return principal;
    },
    async flushUses() {
      const used = [...uses];
      uses.clear();
      if (used.length === 0) return;
      try {
        await pool.query(
          "update api_keys set last_use_time = date_trunc('minute', now()) where key_id = any($1)",
          [used],
        );
      } catch (error) {
        for (const keyId of used) uses.add(keyId);
        throw error;
      }
    },
  };
}

function cachedKey(row: KeyRow): CachedKey {
  const rate = row.events_per_second || eventsPerSecondDefault;
  const ends = [row.expire_time, row.revoke_time].map((time) => time?.getTime() ?? Number.POSITIVE_INFINITY);
  return {
    principal: {
      keyId: row.key_id,
      projectId: row.project_id,
      scopes: new Set(row.scopes as Scope[]),
      eventsPerSecond: rate,
      burst: row.burst || rate,
      isOperator: false,
    },
    endsAt: Math.min(...ends),
  };
}

function operatorPrincipal(): Principal {
  return {
    keyId: "operator",
    projectId: "",
    scopes: new Set([Scope.INGEST, Scope.QUERY, Scope.ADMIN]),
    eventsPerSecond: 1_000_000,
    burst: 1_000_000,
    isOperator: true,
  };
}

function keyInvalid(message: string): Fault {
  return new Fault(FaultReason.KEY_INVALID, message);
}
