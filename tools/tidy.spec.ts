import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";
import { arrowViolations, type Exceptions, sizeViolations } from "./tidy/rules.js";
import { readSources, type SourceFacts } from "./tidy/sources.js";
import { lockFileViolations, machinePathViolations, readTracked } from "./tidy/tracked.js";

/** The facts of sources written out into a project of their own. */
function parse(texts: Readonly<Record<string, string>>): SourceFacts[] {
  const base = mkdtempSync(join(tmpdir(), "tideline-tidy-"));
  try {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), text);
    }
    const project = join(base, "tsconfig.json");
    writeFileSync(project, JSON.stringify({ compilerOptions: { allowJs: true }, include: ["."] }));
    return readSources(project, base);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** A body of so many lines. */
const body = (lines: number) => "  void 0;\n".repeat(lines);

describe("the tree", function () {
  this.timeout(60_000);
  let sources: SourceFacts[] = [];
  before(() => {
    sources = readSources(join(repoRoot, "tools/tidy/tsconfig.json"), repoRoot);
  });

  it("is read whole", () => {
    expect(sources.map(({ path }) => path)).to.include.members(["tools/tidy.spec.ts", "tools/check.mjs"]);
  });

  it("keeps the sizes", () => {
    const exceptions: Exceptions = JSON.parse(
      readFileSync(join(repoRoot, "tools/tidy/exceptions.json"), "utf8"),
    );
    expect(sizeViolations(sources, exceptions)).to.deep.equal([]);
  });

  it("imports along the arrows only", () => {
    expect(arrowViolations(sources)).to.deep.equal([]);
  });

  it("names no folder of a machine", () => {
    expect(machinePathViolations(readTracked(repoRoot))).to.deep.equal([]);
  });

  it("locks packages for every machine, without their registry, under free licences", () => {
    expect(lockFileViolations(readFileSync(join(repoRoot, "package-lock.json"), "utf8"))).to.deep.equal([]);
  });
});

describe("tidy rules", () => {
  it("find what is too large, and only that", () => {
    const sources = parse({
      "platform/long.ts": `export function long() {\n${body(69)}}\nexport const fit = () => {\n${body(68)}};\n`,
      "platform/file.ts": "export const a = 1;\n".repeat(401),
      "platform/wide.ts": `// ${"x".repeat(118)}\n`,
      "platform/group.spec.ts": `describe("x", () => {\n${body(100)}});\n`,
      "platform/class.ts": `export class C {\n  m() {\n${body(70)}  }\n}\n`,
    });
    expect(sizeViolations(sources, {})).to.have.members([
      "platform/long.ts:1 long: 71 lines, at most 70",
      "platform/file.ts: 401 lines, at most 400",
      "platform/wide.ts:1: 121 characters, at most 120",
      "platform/class.ts:2 m: 72 lines, at most 70",
    ]);
  });

  it("let exceptions shrink only", () => {
    const sources = parse({ "cli/a.ts": `export function long() {\n${body(78)}}\n` });
    const hold = (exceptions: Exceptions) => sizeViolations(sources, exceptions);
    expect(hold({ "cli/a.ts#long": 80 })).to.deep.equal([]);
    expect(hold({ "cli/a.ts#long": 79 })).to.deep.equal([
      "cli/a.ts:1 long: 80 lines, grown from 79 excepted",
    ]);
    expect(hold({ "cli/a.ts#long": 81 })).to.deep.equal([
      "cli/a.ts:1 long: 80 lines: lower the exception 81",
    ]);
    expect(hold({ "cli/a.ts#long": 80, "cli/b.ts": 500 })).to.deep.equal([
      "cli/b.ts: remove the exception, it is not needed",
    ]);
  });

  it("find imports against the arrows, in every form", () => {
    const sources = parse({
      "platform/a.ts": 'import "../registry/a.js";\nexport * from "../gen/ts/a.js";\n',
      "registry/a.ts":
        'import type { A } from "../services/query/a.js";\nexport type B = A;\nimport "../platform/a.js";\n',
      "services/query/a.ts":
        'export const a = import("../admin/a.js");\nimport "./b.js";\nimport "../../registry/a.js";\n',
      "services/query/b.ts": 'export type A = import("../../dev/a.js").A;\n// import "../admin/a.js"\n',
      "services/query/b.it.ts": 'import "../../dev/a.js";\n',
      "cli/a.ts": 'import "../registry/a.js";\nimport "../services/query/a.js";\nimport "pg";\n',
      "web/src/a.tsx": 'export { a } from "../../platform/a.js";\nimport "./b.js";\n',
    });
    expect(arrowViolations(sources)).to.have.members([
      "platform/a.ts:1: platform must not import registry",
      "registry/a.ts:1: registry must not import services/query",
      "services/query/a.ts:1: services/query must not import services/admin",
      "services/query/b.ts:1: services/query must not import dev",
      "cli/a.ts:2: cli must not import services/query",
      "web/src/a.tsx:1: web must not import platform",
    ]);
  });

  it("find folders of a machine, but no route or URL", () => {
    const text = (line: string) => machinePathViolations([{ path: "a", text: line }]);
    const folder = ["", "home", "ann"].join("/");
    expect(text(`see ${folder}/notes`)).to.deep.equal([`a:1: ${folder}`]);
    expect(text('fetch("/v1/events"); // https://example.com/work/a and ./work/a')).to.deep.equal([]);
  });

  it("find hosts, binding licences and gaps in a lock file", () => {
    const packages = {
      a: { resolved: "https://registry.example/a.tgz", license: "MIT" },
      b: { license: "GPL-3.0-only" },
      c: { license: "LGPL-2.1" },
      d: { license: "MIT OR GPL-3.0", optionalDependencies: { e: "1.0.0", f: "1.0.0" } },
      "node_modules/e": {},
    };
    expect(lockFileViolations(JSON.stringify({ packages }))).to.deep.equal([
      "a: names the registry it came from",
      "b: GPL-3.0-only",
      "c: LGPL-2.1",
      "d: optional f is not locked",
    ]);
  });
});
