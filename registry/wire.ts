// Between what the use cases take and give and the messages of tideline.registry.v1.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type {
  RegisterSchemaRequest,
  SchemaSchema,
} from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type {
  RuleSet as RuleSetMessage,
  RuleSetSchema,
  SchemaMetadata as SchemaMetadataMessage,
  SchemaMetadataSchema,
  SchemaRule as SchemaRuleMessage,
  TagListSchema,
} from "../gen/ts/tideline/registry/v1/schema_pb.js";
import {
  ChangeKind,
  type ChangeSchema,
  CompatibilityLevel,
  CompatibilityPolicy,
  type Config,
  type ConfigSchema,
  Mode as ModeMessage,
  type SubjectNotes as SubjectNotesMessage,
} from "../gen/ts/tideline/registry/v1/settings_pb.js";
import { Direction, type FindingSchema, Outcome } from "../gen/ts/tideline/registry/v1/verdict_pb.js";
import type {
  ChangeRecord,
  Mode,
  RegistryConfig,
  RuleSet,
  SchemaInput,
  SchemaMetadata,
  SchemaRule,
  SubjectNotes,
  VersionRecord,
} from "./records.js";
import type { SchemaById } from "./registry.js";
import type { Outcome as OutcomeName } from "./rules/language.js";
import type { Finding, Level } from "./rules/levels.js";

type SchemaMessage = MessageInitShape<typeof SchemaSchema>;

/** A version as a message. */
export function schemaMessage(record: VersionRecord | SchemaById): SchemaMessage {
  const version: Partial<VersionRecord> = record;
  return {
    subject: record.subject,
    version: record.version,
    schemaId: record.schemaId,
    kind: record.kind,
    text: record.text,
    createTime: timestampFromDate(version.registerTime ?? record.createTime),
    guid: record.guid,
    references: record.references.map((reference) => ({ ...reference })),
    ...(record.metadata === undefined ? {} : { metadata: metadataMessage(record.metadata) }),
    ...(record.ruleSet === undefined ? {} : { ruleSet: ruleSetMessage(record.ruleSet) }),
    deleted: record.deleted,
    schemaVer: version.schemaVer ?? "",
    rolledBackTo: version.rolledBackTo ?? 0,
    keyId: version.keyId ?? "",
  };
}

function metadataMessage(metadata: SchemaMetadata): MessageInitShape<typeof SchemaMetadataSchema> {
  const tags: Record<string, MessageInitShape<typeof TagListSchema>> = {};
  for (const [path, list] of Object.entries(metadata.tags ?? {})) tags[path] = { tags: [...list] };
  return {
    tags,
    properties: { ...metadata.properties },
    sensitive: [...(metadata.sensitive ?? [])],
  };
}

function ruleSetMessage(ruleSet: RuleSet): MessageInitShape<typeof RuleSetSchema> {
  const rules = (list: readonly SchemaRule[] = []) =>
    list.map(({ tags = [], params = {}, ...rule }) => ({ ...rule, tags: [...tags], params: { ...params } }));
  return {
    migrationRules: rules(ruleSet.migrationRules),
    domainRules: rules(ruleSet.domainRules),
    encodingRules: rules(ruleSet.encodingRules),
    enableAt: ruleSet.enableAt ?? "",
  };
}

/** A schema that is sent, of any request that has one. */
export function inputOf(
  request: Pick<RegisterSchemaRequest, "kind" | "text" | "references" | "metadata" | "ruleSet"> &
    Partial<Pick<RegisterSchemaRequest, "version" | "schemaId" | "schemaVer">>,
): SchemaInput {
  const { kind, text, references, metadata, ruleSet, version = 0, schemaId = 0, schemaVer = "" } = request;
  return {
    kind,
    text,
    references: references.map((it) => ({ name: it.name, subject: it.subject, version: it.version })),
    metadata: metadata === undefined ? undefined : metadataOf(metadata),
    ruleSet: ruleSet === undefined ? undefined : ruleSetOf(ruleSet),
    ...(version > 0 ? { version } : {}),
    ...(schemaId > 0 ? { schemaId } : {}),
    ...(schemaVer === "" ? {} : { schemaVer }),
  };
}

function metadataOf({ tags, properties, sensitive }: SchemaMetadataMessage): SchemaMetadata {
  const lists = Object.entries(tags).map(([path, list]) => [path, list.tags] as const);
  return {
    ...(lists.length === 0 ? {} : { tags: Object.fromEntries(lists) }),
    ...(Object.keys(properties).length === 0 ? {} : { properties: { ...properties } }),
    ...(sensitive.length === 0 ? {} : { sensitive }),
  };
}

function ruleSetOf({ migrationRules, domainRules, encodingRules, enableAt }: RuleSetMessage): RuleSet {
  return {
    ...(migrationRules.length === 0 ? {} : { migrationRules: migrationRules.map(ruleOf) }),
    ...(domainRules.length === 0 ? {} : { domainRules: domainRules.map(ruleOf) }),
    ...(encodingRules.length === 0 ? {} : { encodingRules: encodingRules.map(ruleOf) }),
    ...(enableAt === "" ? {} : { enableAt }),
  };
}

/** What is empty in a message was not given. */
function ruleOf({
  name,
  disabled,
  tags,
  params,
  $typeName: _type,
  $unknown: _unknown,
  ...texts
}: SchemaRuleMessage): SchemaRule {
  return {
    name,
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== "")),
    ...(tags.length === 0 ? {} : { tags }),
    ...(Object.keys(params).length === 0 ? {} : { params: { ...params } }),
    ...(disabled ? { disabled } : {}),
  };
}

/** The level that a message names; undefined where it names none. */
export function levelOf(level: CompatibilityLevel): Level | undefined {
  return level === CompatibilityLevel.UNSPECIFIED ? undefined : (CompatibilityLevel[level] as Level);
}

export function levelMessage(level: Level): CompatibilityLevel {
  return CompatibilityLevel[level];
}

export function policyMessage(policy: "strict" | "lenient"): CompatibilityPolicy {
  return policy === "strict" ? CompatibilityPolicy.STRICT : CompatibilityPolicy.LENIENT;
}

export function configMessage(config: RegistryConfig): MessageInitShape<typeof ConfigSchema> {
  const { level, policy, normalize, validateNewSchemas } = config;
  return {
    ...(level === undefined ? {} : { level: levelMessage(level) }),
    ...(policy === undefined ? {} : { policy: policyMessage(policy) }),
    ...(normalize === undefined ? {} : { normalize }),
    ...(validateNewSchemas === undefined ? {} : { validateNewSchemas }),
    alias: config.alias ?? "",
    compatibilityGroup: config.compatibilityGroup ?? "",
    ...(config.defaultMetadata ? { defaultMetadata: metadataMessage(config.defaultMetadata) } : {}),
    ...(config.overrideMetadata ? { overrideMetadata: metadataMessage(config.overrideMetadata) } : {}),
    ...(config.defaultRuleSet ? { defaultRuleSet: ruleSetMessage(config.defaultRuleSet) } : {}),
    ...(config.overrideRuleSet ? { overrideRuleSet: ruleSetMessage(config.overrideRuleSet) } : {}),
  };
}

/** A whole configuration: what the message leaves out is null, so that it is cleared. */
export function configOf(config: Config) {
  const { level, policy, alias, compatibilityGroup: group } = config;
  return {
    level: level === CompatibilityLevel.UNSPECIFIED ? null : (CompatibilityLevel[level] as Level),
    policy:
      policy === CompatibilityPolicy.UNSPECIFIED
        ? null
        : policy === CompatibilityPolicy.STRICT
          ? ("strict" as const)
          : ("lenient" as const),
    normalize: config.normalize ?? null,
    alias: alias === "" ? null : alias,
    compatibilityGroup: group === "" ? null : group,
    validateNewSchemas: config.validateNewSchemas ?? null,
    defaultMetadata: config.defaultMetadata ? metadataOf(config.defaultMetadata) : null,
    overrideMetadata: config.overrideMetadata ? metadataOf(config.overrideMetadata) : null,
    defaultRuleSet: config.defaultRuleSet ? ruleSetOf(config.defaultRuleSet) : null,
    overrideRuleSet: config.overrideRuleSet ? ruleSetOf(config.overrideRuleSet) : null,
  };
}

export function modeMessage(mode: Mode | undefined): ModeMessage {
  return mode === undefined ? ModeMessage.UNSPECIFIED : ModeMessage[mode];
}

export function modeOf(mode: ModeMessage): Mode {
  return ModeMessage[mode] as Mode;
}

export function notesMessage({ owner, description, tags, properties, fields }: SubjectNotes) {
  return {
    owner,
    description,
    tags: [...tags],
    properties: { ...properties },
    fields: fields.map((it) => ({ ...it })),
  };
}

export function notesOf({ owner, description, tags, properties, fields }: SubjectNotesMessage): SubjectNotes {
  return {
    owner,
    description,
    tags,
    properties: { ...properties },
    fields: fields.map(({ path, pii, unit, description: about, deprecated }) => ({
      path,
      pii,
      unit,
      description: about,
      deprecated,
    })),
  };
}

const outcomes: Readonly<Record<OutcomeName, Outcome>> = {
  compatible: Outcome.COMPATIBLE,
  incompatible: Outcome.INCOMPATIBLE,
  unproven: Outcome.UNPROVEN,
};

export function outcomeMessage(outcome: OutcomeName): Outcome {
  return outcomes[outcome];
}

export function findingMessage(finding: Finding): MessageInitShape<typeof FindingSchema> {
  const { rule, outcome, path, message, keyword = "", version, direction, witness } = finding;
  return {
    rule,
    outcome: outcomes[outcome],
    path,
    message,
    keyword,
    version,
    direction: direction === "backward" ? Direction.BACKWARD : Direction.FORWARD,
    ...(witness === undefined
      ? {}
      : {
          witness: {
            json: witness.json,
            rejection: witness.rejection,
            ...(witness.bytes === undefined ? {} : { bytes: witness.bytes as Uint8Array<ArrayBuffer> }),
          },
        }),
  };
}

export function changeMessage(change: ChangeRecord): MessageInitShape<typeof ChangeSchema> {
  return { ...change, kind: ChangeKind[change.kind], time: timestampFromDate(change.time) };
}
