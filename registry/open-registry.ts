import { diffVersions, rollBack } from "./compare-versions.js";
import { deletionsOf } from "./delete-schemas.js";
import { formatSchema } from "./format-schema.js";
import { type ChangeBell, historyOf } from "./history.js";
import { ParsedSchemas } from "./languages.js";
import type { RegistryStore } from "./ports.js";
import { readsOf } from "./read-schemas.js";
import { checkSchema, registerSchema } from "./register-schema.js";
import type { Registry } from "./registry.js";
import { settingsOf } from "./settings.js";

/** The use cases on a store. */
export function openRegistry(store: RegistryStore, bell: ChangeBell): Registry {
  const ports = { store, parsed: new ParsedSchemas() };
  return {
    register: (caller, subject, input, options = {}) =>
      registerSchema(ports, caller, { subject, input, options }),
    check: (caller, subject, input, options = {}) => checkSchema(ports, caller, { subject, input, options }),
    ...readsOf(ports),
    formatted: (caller, content, format) => formatSchema(ports, caller, content, format),
    ...deletionsOf(store),
    rollBack: (caller, subject, version, { force = false } = {}) =>
      rollBack(ports, caller, { subject, version, force }),
    diff: (caller, subject, versions) => diffVersions(ports, caller, subject, versions),
    ...settingsOf(store),
    ...historyOf(store, bell),
  };
}
