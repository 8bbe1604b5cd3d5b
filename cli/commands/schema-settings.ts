import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { Command } from "commander";
import {
  GetConfigResponseSchema,
  GetModeResponseSchema,
  ListContextsResponseSchema,
  RegistryService,
} from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import {
  CompatibilityLevel,
  CompatibilityPolicy,
  type Config,
  ConfigSchema,
  Mode,
} from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { word } from "../schemas/words.js";
import { jsonOf } from "../show/json.js";
import { safeText } from "../show/table.js";
import { UserError } from "../target.js";

type Registry = Client<typeof RegistryService>;

const scopeHelp =
  'an event type, a context as ":.staging:", an event type in one as ":.staging:sale", ' +
  '":.__GLOBAL:" for all contexts, or "" for the default context';
const jsonOption = ["--json", "prints the answer as JSON", false] as const;

/** What `tideline schemas` does with contexts, and with what holds in a scope: level, mode, alias. */
export function addSchemaSettingsCommands(schemas: Command, context: CommandContext): void {
  const registry = () => context.client(RegistryService, "admin");
  addLevel(schemas, registry);
  addMode(schemas, registry);
  addAlias(schemas, registry);
  schemas
    .command("contexts")
    .description("Lists the contexts, or removes one that is empty.")
    .option("--remove <context>", "removes this context, such as .staging")
    .option(...jsonOption)
    .action(async ({ remove, json }: { remove?: string; json: boolean }) => {
      if (remove !== undefined) {
        await registry().deleteContext({ context: remove }, unary);
        if (!json) console.log(`removed: ${safeText(remove)}`);
        else console.log(JSON.stringify({ removed: remove }, undefined, 2));
        return;
      }
      const contexts = await contextsOf(registry());
      if (json)
        console.log(jsonOf(ListContextsResponseSchema, create(ListContextsResponseSchema, { contexts })));
      else for (const one of contexts) console.log(safeText(one));
    });
}

async function contextsOf(registry: Registry): Promise<string[]> {
  const contexts: string[] = [];
  for (let pageToken = ""; ; ) {
    const page = await registry.listContexts({ pageSize: 1_000, pageToken }, unary);
    contexts.push(...page.contexts);
    pageToken = page.nextPageToken;
    if (pageToken === "") return contexts;
  }
}

/** A scope's own configuration, changed; what is not changed stays. */
async function changeConfig(registry: Registry, scope: string, change: Partial<Config>) {
  const { own } = await registry.getConfig({ scope }, unary);
  return await registry.setConfig({ scope, config: { ...(own ?? create(ConfigSchema)), ...change } }, unary);
}

interface LevelFlags {
  readonly policy?: string;
  readonly json: boolean;
}

function addLevel(schemas: Command, registry: () => Registry): void {
  schemas
    .command("level")
    .description("Says which changes a scope allows, or sets it.")
    .argument("<scope>", scopeHelp)
    .argument("[level]", "NONE, BACKWARD, FORWARD, FULL, or one of these with _TRANSITIVE")
    .option("--policy <policy>", "STRICT or LENIENT: how open objects of JSON Schema are looked at")
    .option(...jsonOption)
    .action(async (scope: string, level: string | undefined, { policy, json }: LevelFlags) => {
      const change = {
        ...(level === undefined ? {} : { level: word(level, CompatibilityLevel, "level") }),
        ...(policy === undefined ? {} : { policy: word(policy, CompatibilityPolicy, "--policy") }),
      };
      const isChange = Object.keys(change).length > 0;
      const { own, effective } = isChange
        ? await changeConfig(registry(), scope, change)
        : await registry().getConfig({ scope }, unary);
      if (json) console.log(jsonOf(GetConfigResponseSchema, configAnswer(own, effective)));
      else {
        const held = CompatibilityLevel[effective?.level ?? 0];
        console.log(`${held}, ${CompatibilityPolicy[effective?.policy ?? 0]}`);
      }
    });
}

const configAnswer = (own: Config | undefined, effective: Config | undefined) =>
  create(GetConfigResponseSchema, {
    ...(own === undefined ? {} : { own }),
    ...(effective === undefined ? {} : { effective }),
  });

interface ModeFlags {
  readonly force: boolean;
  readonly unset: boolean;
  readonly recursive: boolean;
  readonly json: boolean;
}

function addMode(schemas: Command, registry: () => Registry): void {
  schemas
    .command("mode")
    .description("Says what may be written in a scope, or sets it.")
    .argument("<scope>", scopeHelp)
    .argument("[mode]", "READWRITE, READONLY, READONLY_OVERRIDE, IMPORT, or FORWARD for :.__GLOBAL: alone")
    .option("--force", "IMPORT also where there are live event types", false)
    .option("--unset", "takes the scope's own mode away: the wider scope's holds", false)
    .option("--recursive", "with --unset, also those of the event types of a context", false)
    .option(...jsonOption)
    .action(async (scope: string, mode: string | undefined, flags: ModeFlags) => {
      const { force, unset, recursive, json } = flags;
      if (unset && mode !== undefined) throw new UserError("give a mode or --unset, not both");
      if (recursive && !unset) throw new UserError("--recursive goes with --unset");
      if (unset) await registry().deleteMode({ scope, recursive }, unary);
      if (mode !== undefined)
        await registry().setMode({ scope, mode: word(mode, Mode, "mode"), force }, unary);
      const answer = await registry().getMode({ scope }, unary);
      const isOwn = answer.own !== Mode.UNSPECIFIED;
      if (json) console.log(jsonOf(GetModeResponseSchema, answer));
      else console.log(`${Mode[answer.effective]}${isOwn ? "" : " (of the wider scope)"}`);
    });
}

function addAlias(schemas: Command, registry: () => Registry): void {
  schemas
    .command("alias")
    .description("Says which event type is read under a name, or sets it.")
    .argument("<name>", "the name, such as an event type's old one")
    .argument("[type]", "the event type that is read under it")
    .option("--unset", "takes the alias away", false)
    .option(...jsonOption)
    .addHelpText("after", "\nExample:\n  tideline schemas alias purchase-old purchase")
    .action(async (name: string, type: string | undefined, flags: { unset: boolean; json: boolean }) => {
      const { unset, json } = flags;
      if (unset && type !== undefined) throw new UserError("give an event type or --unset, not both");
      if (name === "") throw new UserError("an alias has a name");
      const isChange = unset || type !== undefined;
      const { own } = isChange
        ? await changeConfig(registry(), name, { alias: type ?? "" })
        : await registry().getConfig({ scope: name }, unary);
      const alias = own?.alias ?? "";
      if (json) console.log(JSON.stringify({ name, alias }, undefined, 2));
      else if (alias === "") console.log(`${safeText(name)} is no alias`);
      else console.log(`${safeText(name)} reads ${safeText(alias)}`);
    });
}
