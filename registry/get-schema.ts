import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import type { GetSchemaRequest, Schema } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault, requestInvalid } from "../platform/fault.js";
import type { SchemaStore } from "./ports.js";

/** GetSchema: by id, or by subject and version. @throws Fault SCHEMA_NOT_FOUND, REQUEST_INVALID */
export async function getSchema(
  schemas: SchemaStore,
  projectId: string,
  { subject, version, schemaId }: GetSchemaRequest,
): Promise<Schema> {
  if ((subject === "") === (schemaId === 0)) {
    throw requestInvalid(
      "subject",
      "oneof",
      "give either a subject, with or without its version, or a schema_id",
    );
  }
  const found =
    schemaId === 0
      ? await schemas.findVersion({ projectId, subject, version })
      : await schemas.findById(projectId, schemaId);
  if (found !== undefined) return found;
  throw new Fault(FaultReason.SCHEMA_NOT_FOUND, "the project has no schema of that subject, version or id");
}
