import { fromBinary } from "@bufbuild/protobuf";
import {
  PersonalDataAction,
  type ProjectSettings,
  ProjectSettingsSchema,
} from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Clock } from "../clock.js";
import type { Postgres } from "../engines/postgres.js";
import { Fault } from "../fault.js";
import { ControlCache } from "./cache.js";
import type { ControlFeed } from "./feed.js";

/** A project's settings with their defaults filled in. */
export type EffectiveSettings = Omit<ProjectSettings, "$typeName" | "$unknown">;

/** Settings with what is known of their past. */
export interface KnownSettings extends EffectiveSettings {
  /** Since when the project has its zone; not set: since it was made. */
  readonly zoneSinceMs?: number;
}

/** The settings of projects, by id. Asking for one that does not exist throws Fault PROJECT_NOT_FOUND. */
export type ProjectCache = ControlCache<KnownSettings>;

export interface ControlSource {
  readonly pool: Postgres;
  readonly feed: ControlFeed;
  readonly clock: Clock;
}

export function openProjects({ pool, feed, clock }: ControlSource): ProjectCache {
  return new ControlCache({
    feed,
    clock,
    entriesMax: 10_000,
    read: async (project) => {
      const result = await pool.query<{ settings: Buffer; zone_since: Date | null }>(
        "select settings, zone_since from projects where project_id = $1",
        [project],
      );
      const [row] = result.rows;
      if (row === undefined) throw projectNotFound(project);
      const settings = withDefaults(fromBinary(ProjectSettingsSchema, row.settings));
      const zoneSince = row.zone_since === null ? {} : { zoneSinceMs: row.zone_since.getTime() };
      return { project, value: { ...settings, ...zoneSince } };
    },
  });
}

export function projectNotFound(project: string): Fault {
  return new Fault(FaultReason.PROJECT_NOT_FOUND, "no such project", { project_id: project.slice(0, 64) });
}

export function withDefaults(settings: ProjectSettings): EffectiveSettings {
  const { $typeName: _type, $unknown: _unknown, ...values } = settings;
  return {
    ...values,
    timeZone: settings.timeZone || "UTC",
    amountProperty: settings.amountProperty || "amount",
    personalDataDefault: settings.personalDataDefault || PersonalDataAction.HASH,
  };
}
