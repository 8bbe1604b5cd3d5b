import { create } from "@bufbuild/protobuf";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { expect } from "chai";
import { Command } from "commander";
import { RegistryService } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import {
  CompatibilityLevel,
  type Config,
  ConfigSchema,
  Mode,
  type SubjectNotes,
  SubjectNotesSchema,
} from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import type { CommandContext } from "../context.js";
import { addSchemaChangeCommands } from "./schema-changes.js";
import { addSchemaNotesCommands } from "./schema-notes.js";
import { addSchemaSettingsCommands } from "./schema-settings.js";

/** A registry that keeps what commands set; that the real one does is seen in tests/schema-commands.e2e.ts. */
class Kept {
  readonly configs = new Map<string, Config>();
  readonly modes = new Map<string, Mode>();
  notes: SubjectNotes = create(SubjectNotesSchema);
  readonly asked: string[] = [];

  readonly transport = createRouterTransport(({ service }) => {
    service(RegistryService, {
      getConfig: ({ scope }) => {
        const own = this.configs.get(scope) ?? create(ConfigSchema);
        return { own, effective: { ...own, level: own.level || CompatibilityLevel.BACKWARD } };
      },
      setConfig: ({ scope, config = create(ConfigSchema) }) => {
        this.configs.set(scope, config);
        return { own: config, effective: config };
      },
      getMode: ({ scope }) => {
        const own = this.modes.get(scope) ?? Mode.UNSPECIFIED;
        return { own, effective: own || Mode.READWRITE };
      },
      setMode: ({ scope, mode, force }) => {
        this.asked.push(`${scope} ${Mode[mode]} ${force}`);
        this.modes.set(scope, mode);
        return { effective: mode };
      },
      deleteMode: ({ scope, recursive }) => {
        this.asked.push(`${scope} unset ${recursive}`);
        this.modes.delete(scope);
        return {};
      },
      listContexts: ({ pageToken }) =>
        pageToken === "" ? { contexts: ["."], nextPageToken: "1" } : { contexts: [".staging"] },
      deleteContext: ({ context }) => {
        this.asked.push(`removed ${context}`);
        return {};
      },
      getSubject: () => ({ notes: this.notes }),
      setMetadata: ({ notes = create(SubjectNotesSchema) }) => {
        this.notes = notes;
        return { notes };
      },
    });
  });
}

describe("the commands of scopes and notes", () => {
  let kept: Kept;
  beforeEach(() => {
    kept = new Kept();
  });

  /** What a command prints, or why it fails. */
  async function schemas(...words: string[]): Promise<string> {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    const context = {
      client: () => createClient(RegistryService, kept.transport),
    } as unknown as CommandContext;
    for (const add of [addSchemaSettingsCommands, addSchemaNotesCommands, addSchemaChangeCommands])
      add(program, context);
    for (const one of program.commands) one.exitOverride().configureOutput({ writeErr: () => undefined });
    const lines: string[] = [];
    const print = console.log;
    console.log = (line: string) => lines.push(line);
    try {
      await program.parseAsync(words, { from: "user" });
    } catch (error) {
      return `failed: ${error instanceof Error ? error.message : error}`;
    } finally {
      console.log = print;
    }
    return lines.join("\n");
  }

  it("say and set a level and an alias, and leave what else is set", async () => {
    expect(await schemas("alias", "old")).to.equal("old is no alias");
    expect(await schemas("alias", "old", "new")).to.equal("old reads new");
    expect(await schemas("level", "old", "full", "--policy", "lenient")).to.equal("FULL, LENIENT");
    expect(JSON.parse(await schemas("level", "old", "--json")).own).to.deep.equal({
      ...{ level: "COMPATIBILITY_LEVEL_FULL", policy: "COMPATIBILITY_POLICY_LENIENT", alias: "new" },
    });
    expect(JSON.parse(await schemas("alias", "old", "--json"))).to.deep.equal({ name: "old", alias: "new" });
    expect(await schemas("alias", "old", "--unset")).to.equal("old is no alias");
    expect(await schemas("level", "old")).to.match(/^FULL, /);
    expect(await schemas("alias", "old", "new", "--unset")).to.include("not both");
    expect(await schemas("alias", "")).to.include("has a name");
    expect(await schemas("level", "old", "SIDEWAYS")).to.include("one of NONE, BACKWARD");
  });

  it("say, set and take away a mode", async () => {
    expect(await schemas("mode", "sale")).to.equal("READWRITE (of the wider scope)");
    expect(await schemas("mode", ":.staging:", "import", "--force")).to.equal("IMPORT");
    expect(JSON.parse(await schemas("mode", ":.staging:", "--json"))).to.deep.equal({
      ...{ own: "MODE_IMPORT", effective: "MODE_IMPORT" },
    });
    const unset = await schemas("mode", ":.staging:", "--unset", "--recursive");
    expect(unset).to.equal("READWRITE (of the wider scope)");
    expect(kept.asked).to.deep.equal([":.staging: IMPORT true", ":.staging: unset true"]);
    expect(await schemas("mode", "sale", "UPSIDE")).to.include("one of READWRITE, READONLY");
    expect(await schemas("mode", "sale", "READONLY", "--unset")).to.include("not both");
    expect(await schemas("mode", "sale", "--recursive")).to.include("goes with --unset");
  });

  it("list contexts, page by page, and remove one", async () => {
    expect(await schemas("contexts")).to.equal(".\n.staging");
    expect(await schemas("contexts", "--remove", ".staging")).to.equal("removed: .staging");
    expect(kept.asked).to.deep.equal(["removed .staging"]);
  });

  it("say and change notes part by part", async () => {
    expect(await schemas("notes", "sale")).to.equal("nothing is said about it");
    const set = ["--owner", "shop", "--tag", "a", "--tag", "b", "--property", "slo=5s", "--property", "x=1"];
    expect(await schemas("notes", "sale", ...set)).to.equal("owner: shop\ntags: a, b\nslo: 5s\nx: 1");
    expect(await schemas("notes", "sale", "--untag", "a", "--property", "x=", "--description", "d")).to.equal(
      "owner: shop\ndescription: d\ntags: b\nslo: 5s",
    );
    expect(await schemas("notes", "sale", "--property", "slo")).to.include("write name=value");
    expect(JSON.parse(await schemas("notes", "sale", "--owner", "", "--json"))).to.deep.equal({
      ...{ description: "d", tags: ["b"], properties: { slo: "5s" } },
    });
  });

  it("say and change what is known of a field, and of that one alone", async () => {
    await schemas("notes", "sale", "--owner", "shop");
    await schemas("field", "sale", "a.b", "--pii", "email", "--deprecated");
    expect(await schemas("field", "sale", "c[].d", "--unit", "ms")).to.match(/c\[\]\.d +ms/);
    const note = JSON.parse(await schemas("field", "sale", "a.b", "--no-deprecated", "--json"));
    expect(note).to.deep.equal({ path: "a.b", pii: "email" });
    expect(await schemas("field", "sale", "x")).to.equal("nothing is said about x");
    expect(await schemas("field", "sale", "x", "--remove")).to.equal("nothing is said about x");
    expect(await schemas("field", "sale", "a.b", "--remove", "--pii", "x")).to.include("not both");
    expect(await schemas("field", "sale", "a.b", "--remove")).to.equal("nothing is said about a.b");
    expect(await schemas("notes", "sale")).to.match(/^owner: shop\nfield[\s\S]*c\[\]\.d/);
  });

  it("try a schema on no event, or on many", async () => {
    for (const events of ["-1", "1.5", "x", "200001"])
      expect(await schemas("check", "sale", "file.json", "--events", events), events).to.include(
        "0 to 200000",
      );
  });
});
