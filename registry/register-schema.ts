import type { Schema, SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { requestInvalid } from "../platform/fault.js";
import { compileSchema } from "./compile.js";
import type { SchemaStore } from "./ports.js";

const CONTROL = /\p{Cc}/u;

/**
 * RegisterSchema: what is stored compiles, so that every instance can check events with it. Idempotent for the newest
 * version's text.
 * @throws Fault SCHEMA_INVALID, REQUEST_INVALID, PROJECT_NOT_FOUND
 */
export async function registerSchema(
  schemas: SchemaStore,
  projectId: string,
  { subject, kind, text }: { subject: string; kind: SchemaKind; text: string },
): Promise<Schema> {
  if (CONTROL.test(subject)) throw requestInvalid("subject", "pattern", "must not hold control characters");
  compileSchema(kind, text);
  return await schemas.register({ projectId, subject, kind, text });
}
