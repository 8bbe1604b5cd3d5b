// Attempts of one project on what another one has registered, for every method of RegistryService.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { CompatibilityLevel, Mode } from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { refusalOf } from "./fault.js";
import type { TestProject } from "./own-project.js";

/** What the other project has registered, and what a stranger might know of it. */
export interface Registered extends TestProject {
  readonly schemaId: number;
}

export const subject = "shared_type";
export const schema = { subject, kind: SchemaKind.JSON_SCHEMA, text: '{"type":"object"}' };

async function notFound(call: Promise<unknown>, reason = "SUBJECT_NOT_FOUND"): Promise<void> {
  expect(await refusalOf(call)).to.include({ code: "NOT_FOUND", reason });
}

type Attempt = (ours: TestProject, theirs: Registered) => Promise<void>;

/** Reading first: those that write come last. */
export const registryAttempts: Readonly<Record<string, Attempt>> = {
  "RegistryService.GetSchema": async ({ registry }, { schemaId }) => {
    await notFound(registry.getSchema({ schemaId }), "SCHEMA_NOT_FOUND");
    for (const request of [{ subject }, { subject, version: 1 }]) await notFound(registry.getSchema(request));
    const { guid } = (await registry.checkSchema(schema)).schema ?? { guid: "" };
    await notFound(registry.getSchema({ guid }), "SCHEMA_NOT_FOUND");
  },
  "RegistryService.CheckSchema": async ({ registry }) => {
    const answer = await registry.checkSchema({ ...schema, text: '{"type":"string"}' });
    expect([answer.isRegistered, answer.findings, answer.comparedVersions]).to.deep.equal([false, [], []]);
    expect(answer.schema?.version).to.equal(1);
  },
  "RegistryService.CheckEvents": async ({ registry }) => {
    expect((await registry.checkEvents({ ...schema, text: "{}" })).checked).to.equal(0);
  },
  "RegistryService.LookupSchema": ({ registry }) => notFound(registry.lookupSchema(schema)),
  "RegistryService.ListSchemas": async ({ registry }) => {
    expect((await registry.listSchemas({})).schemas).to.deep.equal([]);
  },
  "RegistryService.ListSubjects": async ({ registry }) => {
    for (const prefix of ["", ":*:"])
      expect((await registry.listSubjects({ prefix, includeDeleted: true })).subjects).to.deep.equal([]);
  },
  "RegistryService.ListVersions": ({ registry }) => notFound(registry.listVersions({ subject })),
  "RegistryService.DiffSchemas": ({ registry }) =>
    notFound(registry.diffSchemas({ subject, fromVersion: 1, toVersion: 1 })),
  "RegistryService.ListReferrers": ({ registry }) =>
    notFound(registry.listReferrers({ subject, version: 1 })),
  "RegistryService.GetSubject": ({ registry }) => notFound(registry.getSubject({ subject })),
  "RegistryService.GetConfig": async ({ registry }) => {
    const { own } = await registry.getConfig({ scope: subject });
    expect(own?.level ?? CompatibilityLevel.UNSPECIFIED).to.equal(CompatibilityLevel.UNSPECIFIED);
  },
  "RegistryService.GetMode": async ({ registry }) => {
    expect((await registry.getMode({ scope: subject })).own).to.equal(Mode.UNSPECIFIED);
  },
  "RegistryService.ListContexts": async ({ registry }) => {
    expect((await registry.listContexts({})).contexts).to.deep.equal(["."]);
  },
  "RegistryService.ListChanges": async ({ registry }) => {
    expect((await registry.listChanges({})).changes).to.deep.equal([]);
  },
  "RegistryService.WatchChanges": async ({ registry }, theirs) => {
    const stop = new AbortController();
    let seen = 0;
    const follow = async () => {
      for await (const { changes } of registry.watchChanges({}, { signal: stop.signal }))
        seen += changes.length;
    };
    const following = refusalOf(follow());
    await theirs.registry.setMetadata({ subject, notes: { owner: "them" } });
    await sleep(1_500);
    stop.abort();
    await following;
    expect(seen).to.equal(0);
  },
  "RegistryService.SetMetadata": ({ registry }) =>
    notFound(registry.setMetadata({ subject, notes: { owner: "us" } })),
  "RegistryService.DeleteSchema": ({ registry }) => notFound(registry.deleteSchema({ subject, version: 1 })),
  "RegistryService.DeleteSubject": ({ registry }) => notFound(registry.deleteSubject({ subject })),
  "RegistryService.RollBackSubject": ({ registry }) =>
    notFound(registry.rollBackSubject({ subject, version: 1 })),
  "RegistryService.DeleteContext": async ({ registry }, theirs) => {
    await theirs.registry.registerSchema({ ...schema, subject: ":.theirs:x" });
    await registry.deleteContext({ context: ".theirs" });
    expect((await theirs.registry.listContexts({})).contexts).to.include(".theirs");
  },
  "RegistryService.SetConfig": async ({ registry }, theirs) => {
    await registry.setConfig({ scope: subject, config: { level: CompatibilityLevel.NONE } });
    const { effective } = await theirs.registry.getConfig({ scope: subject });
    expect(effective?.level).to.equal(CompatibilityLevel.BACKWARD);
  },
  "RegistryService.DeleteConfig": async ({ registry }, theirs) => {
    await theirs.registry.setConfig({ scope: subject, config: { level: CompatibilityLevel.FULL } });
    await registry.deleteConfig({ scope: subject });
    const { own } = await theirs.registry.getConfig({ scope: subject });
    expect(own?.level).to.equal(CompatibilityLevel.FULL);
  },
  "RegistryService.SetMode": async ({ registry }, theirs) => {
    await registry.setMode({ scope: subject, mode: Mode.READONLY });
    expect((await theirs.registry.getMode({ scope: subject })).effective).to.equal(Mode.READWRITE);
  },
  "RegistryService.DeleteMode": async ({ registry }, theirs) => {
    await theirs.registry.setMode({ scope: subject, mode: Mode.READONLY });
    await registry.deleteMode({ scope: subject });
    expect((await theirs.registry.getMode({ scope: subject })).own).to.equal(Mode.READONLY);
    await theirs.registry.deleteMode({ scope: subject });
  },
  "RegistryService.RegisterSchema": async ({ registry }, theirs) => {
    const own = await registry.registerSchema({ ...schema, text: '{"type":"object","title":"ours"}' });
    expect(own.schema?.version).to.equal(1);
    const { schemas } = await theirs.registry.listSchemas({});
    expect(schemas.map(({ version, text }) => ({ version, text }))).to.deep.include({
      version: 1,
      text: schema.text,
    });
    expect(schemas.map(({ text }) => text)).to.not.include('{"type":"object","title":"ours"}');
  },
};
