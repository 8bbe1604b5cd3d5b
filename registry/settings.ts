// Configuration, modes and notes of scopes; registry.md 1.5.
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault, requestInvalid } from "../platform/fault.js";
import { readSubject } from "./candidate.js";
import { effectiveConfig, effectiveMode, isReadOnly } from "./effective.js";
import type { RegistryStore, RegistryWriter } from "./ports.js";
import type { Caller, ConfigChange, Mode, RegistryConfig, SubjectNotes } from "./records.js";
import { modeForbids, subjectNotFound } from "./refusals.js";
import type { ModeOptions, SettingsUse, SubjectDetails } from "./registry.js";
import { requireRuleSet } from "./rule-set.js";
import { globalContext, parseScope, parseSubject, type Scope, subjectText } from "./subject-name.js";

const noNotes: SubjectNotes = { owner: "", description: "", tags: [], properties: {}, fields: [] };

const scopeNote = ({ context, subject }: Scope) => ({ context, subject, version: 0, schemaId: 0 });

/** @throws Fault REGISTRY_MODE_FORBIDS */
async function requireWritable(writer: RegistryWriter, scope: Scope): Promise<RegistryConfig | undefined> {
  const settings = await writer.settings(scope);
  const mode = effectiveMode(settings);
  if (isReadOnly(mode)) throw modeForbids(subjectText(scope), mode);
  return settings.own.config;
}

async function setConfig(
  store: RegistryStore,
  caller: Caller,
  text: string,
  change: ConfigChange,
): Promise<RegistryConfig> {
  const scope = parseScope(text);
  requireRuleSet(change.defaultRuleSet);
  requireRuleSet(change.overrideRuleSet);
  if (change.alias) parseSubject(change.alias, scope.context);
  if (/\p{Cc}/u.test(change.compatibilityGroup ?? "")) {
    throw requestInvalid("compatibility_group", "pattern", "must not hold control characters");
  }
  return await store.write(caller, scope, async (writer) => {
    const before = await requireWritable(writer, scope);
    const entries = Object.entries({ ...before, ...change }).filter(
      ([, value]) => value !== null && value !== undefined,
    );
    const config: RegistryConfig = Object.fromEntries(entries);
    await writer.setSettings(scope, { config: entries.length === 0 ? undefined : config });
    const detail = Object.entries(change)
      .map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`)
      .join(", ");
    writer.note({ kind: "CONFIG_SET", ...scopeNote(scope), detail });
    return config;
  });
}

async function deleteConfig(store: RegistryStore, caller: Caller, text: string): Promise<RegistryConfig> {
  const scope = parseScope(text);
  return await store.write(caller, scope, async (writer) => {
    const before = await requireWritable(writer, scope);
    if (before === undefined && text !== "") throw subjectNotFound(text);
    await writer.setSettings(scope, { config: undefined });
    if (before !== undefined) writer.note({ kind: "CONFIG_DELETED", ...scopeNote(scope), detail: "" });
    return before ?? {};
  });
}

async function setMode(
  store: RegistryStore,
  caller: Caller,
  { text, mode }: { text: string; mode: Mode | null },
  { force = false }: ModeOptions,
): Promise<void> {
  const scope = parseScope(text);
  const isGlobal = scope.context === globalContext;
  if (mode === "FORWARD" && !isGlobal) {
    const facts = { mode };
    throw new Fault(FaultReason.REGISTRY_MODE_FORBIDS, "mode FORWARD is for :.__GLOBAL: alone", facts);
  }
  await store.write(caller, scope, async (writer) => {
    if (mode === "IMPORT" && !force && (await writer.hasLive(scope))) {
      const message = "Cannot import since found existing subjects";
      throw new Fault(FaultReason.REGISTRY_MODE_FORBIDS, message, { mode });
    }
    await writer.setSettings(scope, { mode: mode ?? undefined });
    writer.note({ kind: "MODE_SET", ...scopeNote(scope), detail: `mode ${mode ?? "of the wider scope"}` });
  });
}

async function deleteMode(
  store: RegistryStore,
  caller: Caller,
  text: string,
  recursive: boolean,
): Promise<Mode | undefined> {
  const scope = parseScope(text);
  return await store.write(caller, scope, async (writer) => {
    const settings = await writer.settings(scope);
    const before = settings.own.mode;
    if (before === undefined && !recursive && text !== "") throw subjectNotFound(text);
    const dropped = recursive && scope.subject === "" ? await writer.dropModes(scope.context) : 0;
    if (before !== undefined) await writer.setSettings(scope, { mode: undefined });
    if (before !== undefined || dropped > 0) {
      const detail = dropped > 0 ? `and of ${dropped} subjects` : "";
      writer.note({ kind: "MODE_DELETED", ...scopeNote(scope), detail });
    }
    return before ?? (recursive ? undefined : effectiveMode(settings));
  });
}

async function setNotes(
  store: RegistryStore,
  caller: Caller,
  subject: string,
  change: Partial<SubjectNotes>,
): Promise<SubjectNotes> {
  const name = parseSubject(subject);
  return await store.write(caller, name, async (writer) => {
    const headers = await writer.headers(name);
    if (headers.length === 0) throw subjectNotFound(subject);
    const notes = { ...noNotes, ...(await writer.notes(name)), ...change };
    await writer.setNotes(name, notes);
    writer.note({ kind: "NOTES_SET", ...scopeNote(name), detail: Object.keys(change).sort().join(", ") });
    return notes;
  });
}

async function getSubject(
  store: RegistryStore,
  { projectId }: Caller,
  text: string,
): Promise<SubjectDetails> {
  const view = store.view(projectId);
  const name = parseSubject(text);
  const { config, mode, headers, live } = await readSubject(view, name);
  if (headers.length === 0) throw subjectNotFound(text);
  const latest = await view.version(name, "latest", "live");
  return {
    subject: subjectText(name),
    notes: (await view.notes(name)) ?? noNotes,
    config,
    mode,
    versions: live.map(({ version }) => version),
    ...(latest === undefined ? {} : { latest }),
  };
}

/** All of `SettingsUse`. */
export function settingsOf(store: RegistryStore): SettingsUse {
  const read = ({ projectId }: Caller, scope: string) => store.view(projectId).settings(parseScope(scope));
  return {
    async getConfig(caller, scope) {
      const { own } = await read(caller, scope);
      if (own.config !== undefined || scope === "") return own.config ?? {};
      throw new Fault(
        FaultReason.REGISTRY_CONFIG_NOT_FOUND,
        `Subject '${scope}' does not have subject-level compatibility configured`,
        { subject: scope },
      );
    },
    getEffectiveConfig: async (caller, scope) => effectiveConfig(await read(caller, scope)),
    setConfig: (caller, scope, change) => setConfig(store, caller, scope, change),
    deleteConfig: (caller, scope) => deleteConfig(store, caller, scope),
    async getMode(caller, scope) {
      const settings = await read(caller, scope);
      if (scope === "") return effectiveMode(settings);
      if (settings.own.mode !== undefined) return settings.own.mode;
      throw new Fault(
        FaultReason.REGISTRY_MODE_NOT_FOUND,
        `Subject '${scope}' does not have subject-level mode configured`,
        { subject: scope },
      );
    },
    getEffectiveMode: async (caller, scope) => effectiveMode(await read(caller, scope)),
    setMode: (caller, text, mode, options = {}) => setMode(store, caller, { text, mode }, options),
    deleteMode: (caller, scope, { recursive = false } = {}) => deleteMode(store, caller, scope, recursive),
    getSubject: (caller, subject) => getSubject(store, caller, subject),
    setNotes: (caller, subject, notes) => setNotes(store, caller, subject, notes),
  };
}
