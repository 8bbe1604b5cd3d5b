// A folder of schemas against a registry that keeps what is registered, and fails when it is told to.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect } from "chai";
import {
  CheckSchemaResponseSchema,
  RegistryService,
  type Schema,
  SchemaKind,
  SchemaSchema,
} from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import {
  CompatibilityLevel,
  CompatibilityPolicy,
  Mode,
} from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { Outcome } from "../../gen/ts/tideline/registry/v1/verdict_pb.js";
import { FolderCheck } from "./folder-check.js";
import { pushFiles } from "./push.js";
import type { FileReference, SchemaConfig, SchemaFile } from "./schema-config.js";

const record = (name: string, ...fields: object[]) => JSON.stringify({ type: "record", name, fields });
const sku = { name: "sku", type: "string" };
const note = { name: "note", type: "string" };

const file = (name: string, text: string, references: readonly FileReference[] = []): SchemaFile => ({
  ...{ file: `${name}.avsc`, subject: name, kind: SchemaKind.AVRO, level: undefined },
  ...{ references, text },
});
const to = (name: string): FileReference => ({ name: `${name}`, file: `${name}.avsc` });
const item = (...fields: object[]) => file("item", record("item", sku, ...fields));
const sale = (...fields: object[]) =>
  file("sale", record("sale", { name: "item", type: "item" }, ...fields), [to("item")]);
const basket = file("basket", record("basket", { name: "sale", type: "sale" }), [
  { name: "item", file: "item.avsc" },
  { name: "sale", file: "sale.avsc" },
]);
const other = file("other", record("other", sku));
const folder = (...files: SchemaFile[]): SchemaConfig => ({ base: ".", folders: [], files });

class Kept {
  readonly versions = new Map<string, Schema[]>();
  readonly checked: string[] = [];
  level = CompatibilityLevel.BACKWARD;
  mode = Mode.READWRITE;
  /** Subjects whose registering fails. */
  readonly failing = new Map<string, Code>();

  readonly client = createClient(
    RegistryService,
    createRouterTransport(({ service }) => {
      service(RegistryService, {
        getSchema: ({ subject }) => {
          const schema = this.versions.get(subject)?.at(-1);
          if (schema === undefined) throw new ConnectError("none", Code.NotFound);
          return { schema };
        },
        listVersions: ({ subject }) => ({ schemas: this.versions.get(subject) ?? [] }),
        getConfig: () => ({ effective: { level: this.level, policy: CompatibilityPolicy.STRICT } }),
        getMode: () => ({ effective: this.mode }),
        checkSchema: ({ subject }) => {
          this.checked.push(subject);
          return create(CheckSchemaResponseSchema, { outcome: Outcome.COMPATIBLE, schema: { version: 1 } });
        },
        registerSchema: (request) => {
          const { subject, kind, text } = request;
          const code = this.failing.get(subject);
          if (code !== undefined) throw new ConnectError("it failed", code);
          const references = request.references.map((it) => ({
            ...it,
            version: this.versions.get(it.subject)?.length ?? 0,
          }));
          const known = this.versions.get(subject) ?? [];
          const key = JSON.stringify([text, references.map(({ version }) => version)]);
          const found = known.find(
            (one) => JSON.stringify([one.text, one.references.map(({ version }) => version)]) === key,
          );
          if (found !== undefined) return { schema: found };
          const version = known.length + 1;
          const schema = create(SchemaSchema, {
            subject,
            kind,
            text,
            references,
            version,
            schemaId: version,
          });
          this.versions.set(subject, [...known, schema]);
          return { schema, isNew: true };
        },
      });
    }),
  );
}

describe("a folder of schemas", () => {
  let kept: Kept;
  beforeEach(() => {
    kept = new Kept();
  });

  const check = async (...files: SchemaFile[]) => {
    const asked = new FolderCheck(folder(...files), kept.client);
    const answers: [boolean, string][] = [];
    for (const one of files) {
      const { isTaken, lines } = await asked.check(one);
      answers.push([isTaken, lines.join("\n")]);
    }
    return answers;
  };

  /** What a push prints, and how it ends. */
  async function push(...files: SchemaFile[]): Promise<string[]> {
    const lines: string[] = [];
    const print = console.log;
    console.log = (line: string) => lines.push(line);
    try {
      await pushFiles(folder(...files), kept.client);
    } catch (error) {
      lines.push(`failed: ${error instanceof Error ? error.message : error}`);
    } finally {
      console.log = print;
    }
    return lines;
  }

  it("is checked whole where files refer to new ones, also through others", async () => {
    const [, ofSale, ofBasket] = await check(item(), sale(), basket);
    expect(ofSale).to.deep.equal([
      ...[true, "compatible (BACKWARD), with item.avsc as it is here; would be version 1"],
    ]);
    expect(ofBasket).to.deep.equal([
      ...[true, "compatible (BACKWARD), with item.avsc, sale.avsc as it is here; would be version 1"],
    ]);
    // What refers to nothing new is the registry's to judge.
    expect(kept.checked).to.deep.equal(["item"]);
  });

  it("is judged with referred files as they are here, where those have changed", async () => {
    expect(await push(item(), sale())).to.have.length(2);
    expect((await check(item(), sale()))[1]).to.deep.equal([
      true,
      "compatible (UNSPECIFIED); would be version 1",
    ]);
    const [, broken] = await check(item(note), sale());
    expect(broken?.[0]).to.equal(false);
    expect(broken?.[1]).to.match(
      /^incompatible \(BACKWARD, compared with version 1\), with item\.avsc as it is here\n/,
    );
    expect(broken?.[1]).to.match(/\n {2}AVRO_FIELD_WITHOUT_DEFAULT .*note[\s\S]*such as \{/);
    const [, fine] = await check(item({ ...note, default: "" }), sale());
    expect(fine?.[1]).to.include("would be version 2");
    kept.level = CompatibilityLevel.NONE;
    expect((await check(item(note), sale()))[1]?.[0]).to.equal(true);
    kept.mode = Mode.READONLY;
    expect((await check(item(note), sale()))[1]).to.deep.equal([
      ...[false, "REGISTRY_MODE_FORBIDS: sale is in mode READONLY"],
    ]);
  });

  it("is compared with every version where the level is transitive", async () => {
    await push(item(), sale(note));
    await push(item({ ...note, default: "" }), sale({ ...note, default: "" }));
    kept.level = CompatibilityLevel.FORWARD_TRANSITIVE;
    const [, ofSale] = await check(item({ ...note, name: "x", default: "" }), sale());
    expect(ofSale?.[1]).to.include("compared with version 2, 1").and.to.include("(forward, version 1)");
  });

  it("tells a file that is no schema, also where it is referred to", async () => {
    const failed = await check(file("item", "{"), sale()).catch((error: Error) => error.message);
    expect(failed).to.be.a("string");
  });

  it("says what a push that fails had done, and goes on with another one", async () => {
    kept.failing.set("sale", Code.FailedPrecondition);
    expect(await push(item(), sale(), basket, other)).to.deep.equal([
      "item.avsc: registered as version 1 of item, id 1",
      "sale.avsc: not pushed: FailedPrecondition: it failed",
      "basket.avsc: not pushed: it refers to sale.avsc",
      "other.avsc: registered as version 1 of other, id 1",
      "as in the folder now: item.avsc, other.avsc",
      "not pushed: sale.avsc, basket.avsc",
      "failed: not all was pushed; another push goes on from here",
    ]);
    kept.failing.clear();
    expect(await push(item(), sale(), basket, other)).to.deep.equal([
      "sale.avsc: registered as version 1 of sale, id 1",
      "basket.avsc: registered as version 1 of basket, id 1",
    ]);
    expect(await push(item(), sale(), basket, other)).to.deep.equal([]);
  });

  it("stops where the server is gone, and says what had been done", async () => {
    kept.failing.set("sale", Code.Unavailable);
    const lines = await push(item(), sale(), basket, other);
    expect(lines.slice(2)).to.deep.equal([
      "as in the folder now: item.avsc",
      "not pushed: sale.avsc, basket.avsc, other.avsc",
      lines.at(-1),
    ]);
    expect(lines.at(-1)).to.match(
      /^failed: not all was pushed: the registry does not answer.*goes on from here$/,
    );
    expect([...kept.versions.keys()]).to.deep.equal(["item"]);
  });
});
