import { create } from "@bufbuild/protobuf";
import {
  PersonalDataAction,
  type ProjectSettings,
  ProjectSettingsSchema,
  SchemaPolicy,
  WeekStart,
} from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { requestInvalid } from "../../platform/fault.js";
import { isTimeZone } from "../../platform/local-time.js";
import { cleanName } from "./names.js";
import type { ProjectChange, SettingsChange } from "./ports.js";

/** Every field of the settings by its name in a field mask. */
const fieldOfPath = {
  "settings.time_zone": "timeZone",
  "settings.week_start": "weekStart",
  "settings.schema_policy": "schemaPolicy",
  "settings.keep_ip": "keepIp",
  "settings.client_sessions": "clientSessions",
  "settings.amount_property": "amountProperty",
  "settings.personal_data": "personalData",
  "settings.personal_data_default": "personalDataDefault",
} as const;

type SettingsField = (typeof fieldOfPath)[keyof typeof fieldOfPath];

const CONTROL = /\p{Cc}/u;

/**
 * The settings with every default written out.
 * @throws Fault REQUEST_INVALID for a zone that the tz database doesn't have
 */
export function completeSettings(given: ProjectSettings | undefined): ProjectSettings {
  const settings = create(ProjectSettingsSchema, {
    timeZone: given?.timeZone || "UTC",
    weekStart: given?.weekStart || WeekStart.MONDAY,
    schemaPolicy: given?.schemaPolicy || SchemaPolicy.OPEN,
    keepIp: given?.keepIp ?? false,
    clientSessions: given?.clientSessions ?? false,
    amountProperty: given?.amountProperty || "amount",
    personalData: given?.personalData ?? {},
    personalDataDefault: given?.personalDataDefault || PersonalDataAction.HASH,
  });
  if (!isTimeZone(settings.timeZone)) {
    throw requestInvalid(
      "settings.time_zone",
      "iana_zone",
      'must be a zone of the tz database, such as "Europe/Vienna"',
    );
  }
  if (CONTROL.test(settings.amountProperty)) {
    throw requestInvalid("settings.amount_property", "pattern", "must not hold control characters");
  }
  return settings;
}

/**
 * What a field mask takes out of a request: the named fields with their defaults written out, nothing else.
 * @throws Fault REQUEST_INVALID for a path that no project has, or an empty mask
 */
export function maskedChange(request: {
  name: string;
  settings: ProjectSettings | undefined;
  paths: readonly string[];
}): ProjectChange {
  const { name, settings, paths } = request;
  if (paths.length === 0) throw requestInvalid("update_mask", "min_items", "must name what to change");
  const fields = new Set<SettingsField>();
  for (const path of paths) {
    if (path === "name") continue;
    if (path === "settings") for (const field of Object.values(fieldOfPath)) fields.add(field);
    else fields.add(fieldOf(path));
  }
  const complete = completeSettings(create(ProjectSettingsSchema, pick(settings, fields)));
  return {
    ...(paths.includes("name") ? { name: cleanName(name) } : {}),
    settings: pick(complete, fields),
  };
}

function pick(settings: ProjectSettings | undefined, fields: ReadonlySet<SettingsField>): SettingsChange {
  return Object.fromEntries(
    [...fields].map((field) => [field, settings?.[field]]).filter(([, value]) => value !== undefined),
  );
}

function fieldOf(path: string): SettingsField {
  const found = Object.entries(fieldOfPath).find(([known]) => known === path);
  if (found === undefined) {
    const known = ["name", "settings", ...Object.keys(fieldOfPath)].join(", ");
    throw requestInvalid("update_mask", "path", `a path is not one of ${known}`);
  }
  return found[1];
}
