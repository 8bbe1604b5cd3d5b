// Configurations as the REST face reads and writes them. Pure.
import type { ConfigChange, RegistryConfig } from "../records.js";
import type { Policy } from "../rules/language.js";
import { type Level, levels } from "../rules/levels.js";
import { RestError, restCodes } from "./errors.js";
import { objectOf } from "./request.js";
import { readMetadata, readRuleSet } from "./schema-body.js";

type Json = Readonly<Record<string, unknown>>;

const policies: ReadonlyMap<string, Policy> = new Map([
  ["STRICT", "strict"],
  ["LENIENT", "lenient"],
]);

const readers: Readonly<Record<string, (value: unknown, where: string) => ConfigChange>> = {
  compatibility: (value) => ({ level: readLevel(value) }),
  compatibilityPolicy: (value) => ({ policy: readPolicy(value) }),
  normalize: (value, where) => ({ normalize: boolean(value, where) }),
  alias: (value, where) => ({ alias: text(value, where) }),
  compatibilityGroup: (value, where) => ({ compatibilityGroup: text(value, where) }),
  validateFields: (value, where) => ({ validateFields: boolean(value, where) }),
  validateNewSchemas: (value, where) => ({ validateNewSchemas: boolean(value, where) }),
  validateRules: (value, where) => ({ validateRules: boolean(value, where) }),
  defaultMetadata: (value, where) => ({ defaultMetadata: readMetadata(value, where) ?? null }),
  overrideMetadata: (value, where) => ({ overrideMetadata: readMetadata(value, where) ?? null }),
  defaultRuleSet: (value, where) => ({ defaultRuleSet: readRuleSet(value, where) ?? null }),
  overrideRuleSet: (value, where) => ({ overrideRuleSet: readRuleSet(value, where) ?? null }),
};

/** The change that a body asks for, and what is answered to it: what it said, as far as it is known here. */
export function readConfigChange(body: unknown): { readonly change: ConfigChange; readonly echo: Json } {
  const { compatibilityLevel, ...given } = objectOf(body);
  const members = compatibilityLevel === undefined ? given : { compatibility: compatibilityLevel, ...given };
  let change: ConfigChange = {};
  const echo: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(members)) {
    const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (read === undefined) continue;
    change = { ...change, ...read(value, key) };
    echo[key] = value;
  }
  return { change, echo };
}

/** What is set, in Confluent's words. */
export function configShape({ level, policy, ...others }: RegistryConfig): Json {
  return {
    ...(level === undefined ? {} : { compatibilityLevel: level }),
    ...others,
    ...(policy === undefined ? {} : { compatibilityPolicy: policy.toUpperCase() }),
  };
}

function readLevel(value: unknown): Level | null {
  if (value === null) return null;
  const level = levels.find((known) => known === String(value).toUpperCase());
  if (level !== undefined) return level;
  // Word for word as tools know it.
  const known = "none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive";
  throw new RestError(restCodes.levelInvalid, `Invalid compatibility level. Valid values are ${known}`);
}

function readPolicy(value: unknown): Policy | null {
  if (value === null) return null;
  const policy = policies.get(String(value).toUpperCase());
  if (policy !== undefined) return policy;
  throw new RestError(
    restCodes.levelInvalid,
    "Invalid compatibility policy. Valid values are STRICT and LENIENT",
  );
}

function boolean(value: unknown, where: string): boolean | null {
  if (value === null || typeof value === "boolean") return value;
  throw new RestError(restCodes.unprocessable, `${where} has to be true or false`);
}

function text(value: unknown, where: string): string | null {
  if (value === null || typeof value === "string") return value;
  throw new RestError(restCodes.unprocessable, `${where} has to be a string`);
}
