import { create } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { AdminService } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import {
  PersonalDataAction,
  type Project,
  type ProjectSettings,
  ProjectSettingsSchema,
  SchemaPolicy,
  WeekStart,
} from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { safeText, textTable } from "../show/table.js";
import { UserError } from "../target.js";

interface SettingsFlags {
  readonly name?: string;
  readonly zone?: string;
  readonly weekStart?: string;
  readonly types?: string;
  readonly keepIp?: string;
  readonly clientSessions?: string;
  readonly amountProperty?: string;
  readonly personal?: readonly string[];
}

/** `tideline projects` */
export function addProjectsCommands(program: Command, context: CommandContext): void {
  const projects = program
    .command("projects")
    .description("Makes, lists and changes projects (operator's key).");
  const client = () => context.client(AdminService, "operator");
  withSettings(
    projects.command("create").description("Makes a project.").argument("<name>", "its name"),
  ).action(async (name: string, flags: SettingsFlags) => {
    const { settings } = settingsOf(flags);
    console.log(projectsTable([required((await client().createProject({ name, settings }, unary)).project)]));
  });
  projects
    .command("list")
    .description("Lists all projects, by name.")
    .action(async () => {
      const found: Project[] = [];
      for (let pageToken = ""; ; ) {
        const page = await client().listProjects({ pageSize: 1_000, pageToken }, unary);
        found.push(...page.projects);
        pageToken = page.nextPageToken;
        if (pageToken === "") break;
      }
      console.log(projectsTable(found));
    });
  withSettings(
    projects
      .command("update")
      .description("Changes what is given; in force everywhere within a second.")
      .argument("[project-id]", "the project (default: --project, else the stack's)")
      .option("--name <name>", "a new name"),
  ).action(async (projectId: string | undefined, flags: SettingsFlags) => {
    const { settings, paths } = settingsOf(flags);
    const request = {
      projectId: projectId ?? "",
      name: flags.name ?? "",
      settings,
      updateMask: { paths: [...(flags.name === undefined ? [] : ["name"]), ...paths] },
    };
    console.log(projectsTable([required((await client().updateProject(request, unary)).project)]));
  });
}

function withSettings(command: Command): Command {
  return command
    .option("--zone <name>", "time zone of its days, such as Europe/Vienna")
    .option("--week-start <day>", "monday or sunday")
    .option("--types <policy>", "open: types without a schema pass; closed: they are quarantined")
    .option("--keep-ip <yes|no>", "keeps whole addresses instead of truncated ones")
    .option("--client-sessions <yes|no>", "lets the client's session id rule")
    .option("--amount-property <name>", "the property that rollups sum")
    .option(
      "--personal <class=action...>",
      "what becomes of personal fields: hash, truncate, drop or encrypt by class, such as email=encrypt; others=drop",
    );
}

/** The settings that were given, and their names in a field mask. */
function settingsOf(flags: SettingsFlags): { settings: ProjectSettings; paths: string[] } {
  const settings = create(ProjectSettingsSchema);
  const paths: string[] = [];
  const take = (path: string, text: string | undefined, set: (text: string) => void) => {
    if (text === undefined) return;
    set(text);
    paths.push(`settings.${path}`);
  };
  take("time_zone", flags.zone, (zone) => {
    settings.timeZone = zone;
  });
  take("week_start", flags.weekStart, (day) => {
    settings.weekStart = word(day, { monday: WeekStart.MONDAY, sunday: WeekStart.SUNDAY });
  });
  take("schema_policy", flags.types, (policy) => {
    settings.schemaPolicy = word(policy, { open: SchemaPolicy.OPEN, closed: SchemaPolicy.CLOSED });
  });
  take("keep_ip", flags.keepIp, (text) => {
    settings.keepIp = word(text, { yes: true, no: false });
  });
  take("client_sessions", flags.clientSessions, (text) => {
    settings.clientSessions = word(text, { yes: true, no: false });
  });
  take("amount_property", flags.amountProperty, (name) => {
    settings.amountProperty = name;
  });
  for (const pair of flags.personal ?? []) {
    const [personalClass = "", action = ""] = pair.split("=", 2);
    if (personalClass === "" || action === "") throw new UserError(`--personal ${pair}: write class=action`);
    const isOthers = personalClass === "others";
    take(isOthers ? "personal_data_default" : "personal_data", action, (name) => {
      const chosen = word(name, personalActions);
      if (isOthers) settings.personalDataDefault = chosen;
      else settings.personalData[personalClass] = chosen;
    });
  }
  return { settings, paths: [...new Set(paths)] };
}

const personalActions = {
  hash: PersonalDataAction.HASH,
  truncate: PersonalDataAction.TRUNCATE,
  drop: PersonalDataAction.DROP,
  encrypt: PersonalDataAction.ENCRYPT,
};

function word<T>(text: string, values: Readonly<Record<string, T>>): T {
  const found = Object.entries(values).find(([name]) => name === text);
  if (found === undefined) throw new UserError(`${text}: one of ${Object.keys(values).join(", ")}`);
  return found[1];
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the server's answer has no project");
  return value;
}

function projectsTable(projects: readonly Project[]): string {
  const rows = projects.map(({ projectId, name, settings }) => [
    projectId,
    safeText(name, 60),
    settings?.timeZone ?? "",
    settings?.weekStart === WeekStart.SUNDAY ? "sunday" : "monday",
    settings?.schemaPolicy === SchemaPolicy.CLOSED ? "closed" : "open",
    settings?.keepIp === true ? "whole" : "truncated",
    settings?.clientSessions === true ? "client's" : "own",
    safeText(settings?.amountProperty ?? "", 40),
    safeText(personalText(settings), 60),
  ]);
  return textTable(
    ["project id", "name", "zone", "week", "types", "addresses", "sessions", "amount", "personal"],
    rows,
  );
}

/** What becomes of personal fields, as --personal takes it. */
function personalText(settings: ProjectSettings | undefined): string {
  const nameOf = (action: PersonalDataAction) => (PersonalDataAction[action] ?? "").toLowerCase();
  const named = Object.entries(settings?.personalData ?? {}).map(
    ([name, action]) => `${name}=${nameOf(action)}`,
  );
  const others = settings?.personalDataDefault || PersonalDataAction.HASH;
  return [...named.sort(), `others=${nameOf(others)}`].join(" ");
}
