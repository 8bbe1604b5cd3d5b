import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  type CheckSchemaRequest,
  type CheckSchemaResponseSchema,
  type DiffSchemasRequest,
  type GetSchemaRequest,
  RegistryService,
} from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { FindingSchema } from "../gen/ts/tideline/registry/v1/verdict_pb.js";
import { Fault, requestInvalid } from "../platform/fault.js";
import { rowsThatFit } from "../platform/page-bytes.js";
import { type Call, projectHeader } from "../platform/serve/call.js";
import { type Methods, type Mount, mount } from "../platform/serve/mount.js";
import type { EventsDesk } from "./events-desk.js";
import { pagesOf } from "./pages.js";
import type { Caller, VersionRecord } from "./records.js";
import type { Registry, SchemaById } from "./registry.js";
import {
  configMessage,
  configOf,
  findingMessage,
  inputOf,
  levelMessage,
  levelOf,
  modeMessage,
  modeOf,
  notesMessage,
  notesOf,
  outcomeMessage,
  policyMessage,
  schemaMessage,
} from "./wire.js";

type Part<K extends keyof Methods<typeof RegistryService>> = Pick<Methods<typeof RegistryService>, K>;

/** RegistryService on its use cases. */
export function mountRegistry(registry: Registry, desk: EventsDesk): Mount {
  return mount(
    RegistryService,
    {
      ...schemaMethods(registry),
      ...changingMethods(registry),
      ...settingMethods(registry),
      ...pagesOf(registry),
      checkEvents: (request, call) => desk.check(callerOf(call), request, call.signal),
    },
    {
      registerSchema: "admin",
      checkSchema: "any",
      checkEvents: "admin",
      lookupSchema: "any",
      getSchema: "any",
      listSchemas: "any",
      listSubjects: "any",
      listVersions: "any",
      diffSchemas: "any",
      deleteSchema: "admin",
      deleteSubject: "admin",
      rollBackSubject: "admin",
      getConfig: "any",
      setConfig: "admin",
      deleteConfig: "admin",
      getMode: "any",
      setMode: "admin",
      deleteMode: "admin",
      getSubject: "any",
      setMetadata: "admin",
      listContexts: "any",
      deleteContext: "admin",
      listReferrers: "any",
      listChanges: "admin",
      watchChanges: "admin",
    },
  );
}

/** The project that a call is about. @throws Fault REQUEST_INVALID where the operator's key names none */
export function projectOf({ projectId }: Call): string {
  if (/^[a-z0-9_-]{1,64}$/.test(projectId)) return projectId;
  throw requestInvalid(
    projectHeader,
    "required",
    "the operator's key belongs to no project, so name one by this header",
  );
}

/** Who calls, as the use cases know it. @throws Fault REQUEST_INVALID */
export function callerOf(call: Call): Caller {
  return { projectId: projectOf(call), keyId: call.principal.keyId };
}

function schemaMethods(
  registry: Registry,
): Part<"checkSchema" | "lookupSchema" | "getSchema" | "diffSchemas" | "listReferrers"> {
  return {
    checkSchema: (request, call) => check(registry, callerOf(call), request),
    lookupSchema: async ({ subject, normalize, includeDeleted, ...input }, call) => {
      const show = includeDeleted ? "all" : "live";
      const found = await registry.lookup(callerOf(call), subject, inputOf(input), { normalize, show });
      return { schema: schemaMessage(found) };
    },
    getSchema: async (request, call) => ({
      schema: schemaMessage(await getSchema(registry, callerOf(call), request)),
    }),
    diffSchemas: async (request, call) => {
      const { from, to, differences } = await diff(registry, callerOf(call), request);
      return {
        from: schemaMessage(from),
        to: schemaMessage(to),
        differences: differences.map((it) => ({ ...it })),
      };
    },
    listReferrers: async ({ subject, version, includeDeleted }, call) => {
      const show = includeDeleted ? "all" : "live";
      return { schemaIds: [...(await registry.referencedBy(callerOf(call), subject, version, { show }))] };
    },
  };
}

function changingMethods(
  registry: Registry,
): Part<"registerSchema" | "deleteSchema" | "deleteSubject" | "rollBackSubject" | "deleteContext"> {
  return {
    registerSchema: async ({ subject, normalize, ...input }, call) => {
      const { schema, isNew } = await registry.register(callerOf(call), subject, inputOf(input), {
        normalize,
      });
      return { schema: schemaMessage(schema), isNew };
    },
    deleteSchema: async ({ subject, version, permanent }, call) => ({
      version: await registry.deleteVersion(callerOf(call), subject, version, { permanent }),
    }),
    deleteSubject: async ({ subject, permanent }, call) => ({
      versions: [...(await registry.deleteSubject(callerOf(call), subject, { permanent }))],
    }),
    rollBackSubject: async ({ subject, version, force }, call) => {
      const { schema, isNew } = await registry.rollBack(callerOf(call), subject, version, { force });
      return { schema: schemaMessage(schema), isNew };
    },
    deleteContext: async ({ context }, call) => {
      await registry.deleteContext(callerOf(call), context);
      return {};
    },
  };
}

function settingMethods(
  registry: Registry,
): Part<
  | "getConfig"
  | "setConfig"
  | "deleteConfig"
  | "getMode"
  | "setMode"
  | "deleteMode"
  | "getSubject"
  | "setMetadata"
> {
  const effective = async (caller: Caller, scope: string) => ({
    effective: configMessage(await registry.getEffectiveConfig(caller, scope)),
  });
  return {
    getConfig: async ({ scope }, call) => {
      const caller = callerOf(call);
      const none = FaultReason.REGISTRY_CONFIG_NOT_FOUND;
      const own = (await unless(none, registry.getConfig(caller, scope))) ?? {};
      return { own: configMessage(own), ...(await effective(caller, scope)) };
    },
    setConfig: async ({ scope, config }, call) => {
      const caller = callerOf(call);
      const own = await registry.setConfig(caller, scope, config === undefined ? {} : configOf(config));
      return { own: configMessage(own), ...(await effective(caller, scope)) };
    },
    deleteConfig: async ({ scope }, call) => ({
      config: configMessage(await registry.deleteConfig(callerOf(call), scope)),
    }),
    getMode: async ({ scope }, call) => {
      const caller = callerOf(call);
      const own = await unless(FaultReason.REGISTRY_MODE_NOT_FOUND, registry.getMode(caller, scope));
      return {
        own: modeMessage(own),
        effective: modeMessage(await registry.getEffectiveMode(caller, scope)),
      };
    },
    setMode: async ({ scope, mode, force }, call) => {
      const caller = callerOf(call);
      await registry.setMode(caller, scope, modeOf(mode), { force });
      return { effective: modeMessage(await registry.getEffectiveMode(caller, scope)) };
    },
    deleteMode: async ({ scope, recursive }, call) => ({
      mode: modeMessage(await registry.deleteMode(callerOf(call), scope, { recursive })),
    }),
    getSubject: async ({ subject }, call) => {
      const details = await registry.getSubject(callerOf(call), subject);
      return {
        subject: details.subject,
        notes: notesMessage(details.notes),
        config: configMessage(details.config),
        mode: modeMessage(details.mode),
        versions: [...details.versions],
        ...(details.latest === undefined ? {} : { latest: schemaMessage(details.latest) }),
      };
    },
    setMetadata: async ({ subject, notes }, call) => {
      const said = await registry.setNotes(
        callerOf(call),
        subject,
        notes === undefined ? {} : notesOf(notes),
      );
      return { notes: notesMessage(said) };
    },
  };
}

/** What a promise gives; undefined where it is refused for that reason. */
async function unless<T>(reason: FaultReason, promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Fault && error.reason === reason) return undefined;
    throw error;
  }
}

/** Findings of one answer, in bytes: the first ones are those of the newest version. */
const findingsBytesMax = 1024 * 1024;

async function check(
  registry: Registry,
  caller: Caller,
  request: CheckSchemaRequest,
): Promise<MessageInitShape<typeof CheckSchemaResponseSchema>> {
  const { subject, normalize, againstVersion, version, level, ...input } = request;
  const against = againstVersion === 0 ? undefined : againstVersion;
  const answer = await registry.check(caller, subject, inputOf({ ...input, version }), {
    normalize,
    against,
    level: levelOf(level),
  });
  const findings = answer.findings.map((finding) => create(FindingSchema, findingMessage(finding)));
  const fitting = rowsThatFit(findings, (it) => toBinary(FindingSchema, it).length, findingsBytesMax);
  const { kind, text, guid, schemaId, references, schemaVer } = answer;
  return {
    outcome: outcomeMessage(answer.outcome),
    findings: findings.slice(0, fitting),
    findingsCount: findings.length,
    level: levelMessage(answer.level),
    policy: policyMessage(answer.policy),
    comparedVersions: answer.compared.map((it) => it.version),
    schema: {
      subject,
      version: answer.version,
      schemaId,
      kind,
      text,
      guid,
      references: references.map((it) => ({ ...it })),
      schemaVer,
    },
    isRegistered: answer.isRegistered,
    jsonChanges: (answer.jsonChanges ?? []).map((it) => ({ ...it })),
    ...(answer.refusal === undefined
      ? {}
      : { refusal: answer.refusal.reason, refusalMessage: answer.refusal.message }),
  };
}

/** By guid, by id, or by subject and version. @throws Fault REQUEST_INVALID where it is not one of them */
async function getSchema(
  registry: Registry,
  caller: Caller,
  { subject, version, schemaId, guid, includeDeleted }: GetSchemaRequest,
): Promise<VersionRecord | SchemaById> {
  const isClear =
    guid !== "" ? subject === "" && schemaId === 0 : schemaId !== 0 ? version === 0 : subject !== "";
  if (!isClear) {
    throw requestInvalid(
      "subject",
      "oneof",
      "give a subject, with or without its version, or a schema_id, or a guid",
    );
  }
  if (guid !== "") return await registry.getByGuid(caller, guid);
  if (schemaId !== 0) return await registry.getById(caller, { schemaId, subject });
  const show = includeDeleted ? "all" : "live";
  return await registry.getVersion(caller, subject, version === 0 ? "latest" : version, { show });
}

async function diff(
  registry: Registry,
  caller: Caller,
  { subject, fromVersion, toVersion }: DiffSchemasRequest,
) {
  const to = toVersion === 0 ? "latest" : toVersion;
  if (fromVersion !== 0) return await registry.diff(caller, subject, { from: fromVersion, to });
  const newest = await registry.getVersion(caller, subject, to, { show: "all" });
  const versions = await registry.listVersions(caller, subject, { show: "all" });
  const from = versions.findLast((version) => version < newest.version) ?? newest.version;
  return await registry.diff(caller, subject, { from, to: newest.version });
}
