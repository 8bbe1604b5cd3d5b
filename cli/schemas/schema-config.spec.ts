import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { CompatibilityLevel } from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { indentedJson } from "./indented-json.js";
import { readSchemaConfig } from "./schema-config.js";

describe("tideline.schemas.json", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tideline-schemas-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  const read = (config: unknown) => {
    write({ "tideline.schemas.json": typeof config === "string" ? config : JSON.stringify(config) });
    return readSchemaConfig(join(folder, "tideline.schemas.json"));
  };
  const refusal = (config: unknown): Promise<string> =>
    read(config).then(
      () => "read",
      (error: Error) => error.message.replace(join(folder, "tideline.schemas.json: "), ""),
    );

  it("names a folder's files by their names, and some by their own entries", async () => {
    write({ "events/b.avsc": "1", "events/a.json": "2", "events/readme.md": "", "shared/item.avsc": "3" });
    const { files } = await read({
      folders: { events: { subject: "shop.{name}", level: "FULL" } },
      files: {
        "events/a.json": { references: [{ name: "Item", file: "shared/item.avsc" }] },
        "shared/item.avsc": { subject: "item" },
      },
    });
    expect(files.map(({ file, subject, level, text }) => [file, subject, level, text])).to.deep.equal([
      ["shared/item.avsc", "item", undefined, "3"],
      ["events/a.json", "shop.a", CompatibilityLevel.FULL, "2"],
      ["events/b.avsc", "shop.b", CompatibilityLevel.FULL, "1"],
    ]);
  });

  it("says where it is wrong", async () => {
    write({ "a.avsc": "{}", "b.avsc": "{}" });
    const file = (rest: object, name = "a.avsc") => ({ files: { [name]: { subject: "a", ...rest } } });
    const cases: readonly [unknown, string | RegExp][] = [
      ["{", /JSON/],
      [[], "must be an object"],
      [{ file: {} }, "file is not known; there are folders, files"],
      [{ folders: { none: {} } }, "folders.none: can't be read"],
      [{ folders: { ".": { subject: "x" } } }, "folders...subject: must hold {name} once"],
      [{ folders: { "../up": {} } }, "folders.../up: must lie beside or below the config"],
      [{ files: { "../a.avsc": { subject: "a" } } }, "files.../a.avsc: must lie beside or below the config"],
      [{ files: { "a.avsc": {} } }, "files.a.avsc.subject: must be a text"],
      [file({ level: "SOME" }), /^files\.a\.avsc\.level: must be one of NONE, BACKWARD, /],
      [file({}, "a.txt"), "files.a.txt: must end in .avsc, .json, .proto"],
      [file({}, "c.avsc"), "c.avsc: can't be read"],
      [file({ references: [{ name: "n", subject: "s", version: 0 }] }), /references\[0\]\.version: must be/],
      [
        file({ references: [{ name: "n", file: "b.avsc" }] }),
        "a.avsc: refers to b.avsc, which the config does not name",
      ],
      [file({ references: [{ name: "n", file: "a.avsc" }] }), "a.avsc: refers to itself, directly or not"],
      [
        { files: { "a.avsc": { subject: "x" }, "b.avsc": { subject: "x" } } },
        "b.avsc: is the subject x, as a.avsc is",
      ],
    ];
    for (const [config, said] of cases) {
      if (typeof said === "string") expect(await refusal(config)).to.equal(said);
      else expect(await refusal(config)).to.match(said);
    }
  });

  it("may lack folders and files where they are about to be written", async () => {
    const own = { "shared/item.avsc": { subject: "item" }, "events/b.avsc": {} };
    const config = { folders: { events: { subject: "shop.{name}" } }, files: own };
    expect(await refusal(config)).to.include("folders.events: can't be read");
    write({ "events/a.json": "2" });
    expect(await refusal(config)).to.match(/(?:shared\/item|events\/b)\.avsc: can't be read/);
    rmSync(join(folder, "events"), { recursive: true });
    const path = join(folder, "tideline.schemas.json");
    const { files } = await readSchemaConfig(path, { mayLackFiles: true });
    expect(files.map(({ file, subject, text }) => [file, subject, text])).to.deep.equal([
      ["events/b.avsc", "shop.b", ""],
      ["shared/item.avsc", "item", ""],
    ]);
    write({ events: "a file" });
    const wrong = await readSchemaConfig(path, { mayLackFiles: true }).catch((error: Error) => error.message);
    expect(wrong).to.include("can't be read");
  });
});

describe("indented JSON", () => {
  it("keeps every token as it is", () => {
    const text = '{"a":[1e400,-0.10,{}],"b\\"{":"x, [y]","c":[],"d":{"e":null}}';
    const laidOut = indentedJson(text);
    expect(laidOut.split("\n")).to.deep.equal([
      "{",
      '  "a": [',
      "    1e400,",
      "    -0.10,",
      "    {}",
      "  ],",
      '  "b\\"{": "x, [y]",',
      '  "c": [],',
      '  "d": {',
      '    "e": null',
      "  }",
      "}",
      "",
    ]);
    expect(indentedJson(laidOut)).to.equal(laidOut);
  });
});
