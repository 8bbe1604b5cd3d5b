import type { Clock } from "../clock.js";
import type { Postgres } from "../engines/postgres.js";

/** Follows changes of projects, keys and schemas, so that caches of them are at most a second old. */
export interface ControlFeed {
  /** Calls `forget` with each project that changed, or with undefined when everything may have. */
  onChange(forget: (project: string | undefined) => void): void;
  /** How long ago Postgres last answered, ms. */
  ageMs(): number;
  stop(): void;
}

/** Between two looks; a change is seen within this and one round trip. */
const pollMs = 500;

/** How long cached control data may be used while Postgres is away. */
export const staleControlMsMax = 5 * 60_000;

/**
 * Starts following. Asking by version needs no message to arrive, so none can be lost; versions commit in their
 * order (see migrations/001_control.sql).
 */
export function openControlFeed(pool: Postgres, clock: Clock): ControlFeed {
  const listeners: ((project: string | undefined) => void)[] = [];
  let version: string | undefined;
  let answeredAt = clock.now();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = (project: string | undefined): void => {
    for (const listener of listeners) listener(project);
  };

  const look = async (): Promise<void> => {
    const rows = await changesSince(pool, version);
    answeredAt = clock.now();
    // The first look may come after something was cached already.
    if (version === undefined) tell(undefined);
    else for (const row of rows) tell(row.project_id);
    version = rows.at(-1)?.version ?? version ?? "0";
  };

  const loop = async (): Promise<void> => {
    try {
      await look();
    } catch {
      // Postgres is away: ageMs says for how long, and caches go by it.
    }
    if (!stopped) timer = setTimeout(() => void loop(), pollMs);
  };
  void loop();

  return {
    onChange: (forget) => void listeners.push(forget),
    ageMs: () => clock.now() - answeredAt,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

interface ChangeRow {
  readonly project_id: string;
  readonly version: string;
}

async function changesSince(pool: Postgres, version: string | undefined): Promise<ChangeRow[]> {
  const text =
    version === undefined
      ? "select project_id, version::text from control_changes order by version desc limit 1"
      : "select project_id, version::text from control_changes where version > $1 order by version";
  const result = await pool.query<ChangeRow>(text, version === undefined ? [] : [version]);
  return result.rows;
}
