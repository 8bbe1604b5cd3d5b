import type { Clock } from "../clock.js";
import type { Postgres } from "../engines/postgres.js";
import type { Life } from "../run.js";
import { type ControlFeed, openControlFeed } from "./feed.js";
import { type KeyRing, openKeyRing } from "./keys.js";
import { openProjects, type ProjectCache } from "./projects.js";

/** Projects, keys, and the feed that keeps caches of them young. */
export interface Control {
  readonly feed: ControlFeed;
  readonly keys: KeyRing;
  readonly projects: ProjectCache;
}

export interface ControlOptions {
  readonly pool: Postgres;
  readonly clock: Clock;
  readonly operatorKey: string;
}

/** Where the tables of projects and keys are made. */
export const controlMigrations = "platform/control/migrations";

export function openControl(options: ControlOptions, life: Life): Control {
  const feed = life.own("control feed", openControlFeed(options.pool, options.clock), (open) => open.stop());
  const source = { ...options, feed };
  const keys = openKeyRing(source);
  const flush = setInterval(() => {
    // A minute's uses are written with the next minute's when Postgres is away.
    keys.flushUses().catch((error: unknown) => life.log.warn({ err: error }, "last use of keys not written"));
  }, 60_000);
  life.onStop("key uses", async () => {
    clearInterval(flush);
    await keys.flushUses();
  });
  return { feed, keys, projects: openProjects(source) };
}
