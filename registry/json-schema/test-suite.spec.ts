import { expect } from "chai";
import { requireOutside } from "../../tests/support/missing.js";
import { filesOfTar } from "../../tests/support/tar.js";
import { checkValue } from "./compile-json-schema.js";
import type { Draft } from "./dialect.js";
import { compileValidator, type NamedSchema, schemaDocument } from "./schema-document.js";
import { suiteDeviations } from "./test-suite-deviations.js";

interface SuiteGroup {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

interface SuiteFolder {
  readonly folder: string;
  readonly draft: Draft;
  readonly uri: string;
}

const folders: readonly SuiteFolder[] = [
  { folder: "draft4", draft: "draft-04", uri: "http://json-schema.org/draft-04/schema#" },
  { folder: "draft6", draft: "draft-06", uri: "http://json-schema.org/draft-06/schema#" },
  { folder: "draft7", draft: "draft-07", uri: "http://json-schema.org/draft-07/schema#" },
  { folder: "draft2019-09", draft: "2019-09", uri: "https://json-schema.org/draft/2019-09/schema" },
  { folder: "draft2020-12", draft: "2020-12", uri: "https://json-schema.org/draft/2020-12/schema" },
];

/** The schema as the draft's own: the suite leaves `$schema` out in the older drafts. */
const named = (schema: unknown, uri: string): unknown =>
  typeof schema === "object" && schema !== null && !("$schema" in schema)
    ? { $schema: uri, ...schema }
    : schema;

const remotesOf = (files: ReadonlyMap<string, string>, { folder, uri }: SuiteFolder, schema: unknown) => {
  const used = JSON.stringify(schema).match(/http:\/\/localhost:1234\/[^"#]*/g);
  const remotes: NamedSchema[] = [];
  if (used === null) return remotes;
  for (const [path, text] of files) {
    if (!path.startsWith("remotes/")) continue;
    const isOther = /^remotes\/(draft|v1)/.test(path) && !path.startsWith(`remotes/${folder}/`);
    if (isOther) continue;
    const parsed = JSON.parse(text) as { readonly $schema?: string };
    // Those in dialects of their own are for the vocabulary tests.
    if ((parsed.$schema ?? uri) !== uri) continue;
    remotes.push({ name: `http://localhost:1234/${path.slice("remotes/".length)}`, schema: parsed });
  }
  return remotes;
};

describe("the JSON Schema test suite", () => {
  let files: ReadonlyMap<string, string>;
  before(function () {
    files = filesOfTar(requireOutside(this, "shared/data/conformance/json-schema-test-suite.tar.gz"));
  });

  for (const suiteFolder of folders) {
    const { folder, draft } = suiteFolder;
    it(`${draft}: the mandatory part, but for the deviations that are listed`, function () {
      this.timeout(60_000);
      const failed = new Set<string>();
      let passed = 0;
      for (const [path, text] of files) {
        const [, of, file, deeper] = path.split("/");
        if (of !== folder || !path.startsWith("tests/") || deeper !== undefined || file === undefined)
          continue;
        for (const group of JSON.parse(text) as SuiteGroup[]) {
          for (const test of group.tests) {
            if (isRight(files, { ...suiteFolder, group, test })) passed++;
            else failed.add(`${file.replace(".json", "")}: ${group.description}`.slice(0, 64).trim());
          }
        }
      }
      const known = new Set(suiteDeviations.filter((it) => it.drafts.includes(draft)).map((it) => it.group));
      expect([...failed].filter((it) => !known.has(it))).to.deep.equal([]);
      expect(
        [...known].filter((it) => !failed.has(it)),
        "listed, but right",
      ).to.deep.equal([]);
      expect(passed).to.be.above(500);
    });
  }
});

interface SuiteCase extends SuiteFolder {
  readonly group: SuiteGroup;
  readonly test: SuiteGroup["tests"][number];
}

const isRight = (files: ReadonlyMap<string, string>, suiteCase: SuiteCase): boolean => {
  const { group, test, uri } = suiteCase;
  try {
    const schema = named(group.schema, uri);
    const document = schemaDocument(schema, remotesOf(files, suiteCase, schema));
    const validate = compileValidator(document);
    return (checkValue(validate, test.data) === undefined) === test.valid;
  } catch {
    return false;
  }
};
