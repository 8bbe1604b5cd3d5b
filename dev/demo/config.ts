import { type Env, readSettings } from "../../platform/settings.js";

/** What the demo reads from its environment. */
export interface DemoConfig {
  /** The path of stack.json. */
  readonly stack: string;
  /** Events a second of the traffic of now; 0: none. */
  readonly eventsPerSecond: number;
  readonly seed: number;
}

/** @throws Error that names every setting that is wrong */
export function readDemoConfig(env: Env): Readonly<DemoConfig> {
  return readSettings(env, (read) => ({
    stack: read.text("TIDELINE_STACK"),
    eventsPerSecond: read.integer("TIDELINE_DEMO_RATE", { min: 0, max: 5_000, fallback: 20 }),
    seed: read.integer("TIDELINE_DEMO_SEED", { min: 1, max: 1_000_000, fallback: 7 }),
  }));
}
