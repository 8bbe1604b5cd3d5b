import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Postgres } from "../../platform/engines/postgres.js";
import { SchemaLists } from "./schema-lists.js";

interface Row {
  readonly subject: string;
  readonly version: number;
  readonly schema_id: number;
  readonly deleted: boolean;
}

/** A registry whose notes can be made to wait or to fail. */
class Registry {
  change = 1;
  rows: Row[] = [];
  waitForNotes = async (): Promise<void> => undefined;

  readonly pool = {
    query: async (text: string) => {
      if (text.includes("registry_notes")) {
        await this.waitForNotes();
        return { rows: [{ subject: "t", notes: { fields: [{ path: "mail", pii: "email" }] } }] };
      }
      if (text.includes("group by subject")) return { rows: [{ subject: "t", number: String(this.change) }] };
      if (text.includes("registry_changes")) return { rows: [{ number: String(this.change) }] };
      const kind = SchemaKind.JSON_SCHEMA;
      return { rows: this.rows.map((row) => ({ ...row, kind, guid: `g${row.schema_id}`, since: "" })) };
    },
  } as unknown as Postgres;
}

const row = (version: number, deleted = false): Row => ({
  subject: "t",
  version,
  schema_id: version,
  deleted,
});
const noted = [{ path: ["mail"], class: "email" }];

describe("the list of a project's schemas", () => {
  it("never is without its notes while it is brought up to date, nor where that fails", async () => {
    const registry = new Registry();
    registry.rows = [row(1)];
    const lists = new SchemaLists(registry.pool);
    const list = await lists.read("p");
    expect(list.personal("t")).to.deep.equal(noted);
    registry.change = 2;
    registry.rows = [row(2), row(1)];
    let release = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      registry.waitForNotes = () => {
        resolve();
        return new Promise((go) => {
          release = go;
        });
      };
    });
    const reading = lists.read("p");
    await asked;
    expect([list.personal("t"), list.newest.get("t")?.version]).to.deep.equal([noted, 1]);
    release();
    expect([(await reading).personal("t"), list.newest.get("t")?.version]).to.deep.equal([noted, 2]);
    registry.change = 3;
    registry.waitForNotes = () => Promise.reject(new Error("away"));
    let failure: unknown;
    await lists.read("p").catch((error: unknown) => {
      failure = error;
    });
    expect(String(failure)).to.include("away");
    expect([list.personal("t"), list.newest.get("t")?.version]).to.deep.equal([noted, 2]);
  });

  it("knows the last version of what is soft-deleted, and whether there is anything", async () => {
    const registry = new Registry();
    registry.rows = [row(2, true), row(1, true)];
    const lists = new SchemaLists(registry.pool);
    const list = await lists.read("p");
    expect([list.newest.size, list.deleted.get("t")?.version, list.isEmpty]).to.deep.equal([0, 2, false]);
    registry.change = 2;
    registry.rows = [row(2, true), row(1)];
    await lists.read("p");
    expect([list.newest.get("t")?.version, list.deleted.size]).to.deep.equal([1, 0]);
  });
});
