import { type CommonSettings, commonSettings, type Env, readSettings } from "../platform/settings.js";

/** What the registry service reads from its environment. */
export interface RegistryConfig extends CommonSettings {
  /** Port of the REST face; 0 takes a free one. */
  readonly restPort: number;
}

/** @throws Error that names every setting that is wrong */
export function readConfig(env: Env): Readonly<RegistryConfig> {
  return readSettings(env, (read) => ({
    ...commonSettings(read),
    restPort: read.integer("TIDELINE_REGISTRY_PORT", { min: 0, max: 65_535, fallback: 0 }),
  }));
}
