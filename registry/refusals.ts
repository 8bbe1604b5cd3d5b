// The registry's refusals; their texts are those that its clients know from other registries.
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import type { Mode } from "./records.js";
import type { VersionChoice } from "./registry.js";

const fault = (reason: FaultReason, message: string, facts: Record<string, string> = {}): Fault =>
  new Fault(reason, message, facts);

export const subjectNotFound = (subject: string): Fault =>
  fault(FaultReason.SUBJECT_NOT_FOUND, `Subject '${subject}' not found.`, { subject });

export const versionNotFound = (subject: string, version: VersionChoice): Fault =>
  fault(FaultReason.SCHEMA_VERSION_NOT_FOUND, `Version ${version} not found.`, {
    subject,
    version: String(version),
  });

export const schemaNotFound = (which = ""): Fault =>
  fault(FaultReason.SCHEMA_NOT_FOUND, which === "" ? "Schema not found" : `Schema ${which} not found`);

export const subjectSoftDeleted = (subject: string): Fault =>
  fault(
    FaultReason.SUBJECT_SOFT_DELETED,
    `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`,
    { subject },
  );

export const subjectNotSoftDeleted = (subject: string): Fault =>
  fault(
    FaultReason.SUBJECT_NOT_SOFT_DELETED,
    `Subject '${subject}' was not deleted first before being permanently deleted`,
    { subject },
  );

export const versionSoftDeleted = (subject: string, version: number): Fault =>
  fault(
    FaultReason.SCHEMA_VERSION_SOFT_DELETED,
    `Subject '${subject}' Version ${version} was soft deleted. Set permanent=true to delete permanently`,
    { subject, version: String(version) },
  );

export const versionNotSoftDeleted = (subject: string, version: number): Fault =>
  fault(
    FaultReason.SCHEMA_VERSION_NOT_SOFT_DELETED,
    `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
    { subject, version: String(version) },
  );

export const modeForbids = (subject: string, mode: Mode): Fault =>
  fault(FaultReason.REGISTRY_MODE_FORBIDS, `Subject ${subject} is in ${mode} mode`, { subject, mode });

export const versionNotNext = (version: number, next: number): Fault =>
  fault(
    FaultReason.SCHEMA_VERSION_NOT_NEXT,
    `Version ${version} is not one more than previous version ${next - 1}`,
    { version: String(version), next: String(next) },
  );

/** Numbers count up from the greatest there is, which an import may choose. */
export const nothingLeft = (what: "id" | "version", where: string): Fault =>
  fault(
    what === "id" ? FaultReason.SCHEMA_ID_TAKEN : FaultReason.SCHEMA_VERSION_NOT_NEXT,
    `No ${what} is left in ${where}: the greatest that there is was imported`,
  );

export const referenced = (subject: string, version: number): Fault =>
  fault(
    FaultReason.SCHEMA_REFERENCED,
    `One or more references exist to the schema {subject=${subject},version=${version}}.`,
    { subject, version: String(version) },
  );
