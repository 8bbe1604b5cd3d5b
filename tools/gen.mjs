// Generates gen/ from proto/: TypeScript, Python and Go, offline, with local plugins at pinned versions; and the
// OpenAPI document of the REST face, from the contracts and services/query/rest/mappings.ts.
//
//   node tools/gen.mjs            rewrites gen/, and installs a missing toolchain into the cache folder
//   node tools/gen.mjs --check    compares gen/ with what the contracts generate, and fails on a difference
//
// A language whose toolchain is missing is skipped, and said; with CI=true it fails instead.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { globSync } from "./glob.mjs";
import { ensureInstalled } from "./install.mjs";
import { houseEnv, root, run } from "./run.mjs";
import { findGoPlugins, findPython } from "./toolchains.mjs";

/** The folders below gen/<language> that are generated; go.mod, go.sum and pyproject.toml beside them are not. */
const generated = {
  ts: ["tideline"],
  python: ["tideline", "buf"],
  go: ["tideline"],
  openapi: ["query.v1.json"],
};

async function must(command, args, env = houseEnv()) {
  const { code, output } = await run(command, args, { env });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}\n${output}`);
}

async function generateTypeScript(target) {
  await must("buf", ["generate", "--output", target]);
  return {};
}

async function generatePython(target, install) {
  const { python, missing } = await findPython({ install });
  if (missing) return { missing };
  const out = join(target, "gen/python");
  mkdirSync(out, { recursive: true });
  const sources = ["proto", "vendor"].flatMap((folder) =>
    globSync(join(root, folder), ".proto").map((path) => relative(join(root, folder), path)),
  );
  const outputs = ["--python_out", "--pyi_out", "--grpc_python_out"].map((flag) => `${flag}=${out}`);
  await must(python, ["-m", "grpc_tools.protoc", "-Iproto", "-Ivendor", ...outputs, ...sources]);
  // The plugin writes a stub for every file; the ones of files without a service are empty shells.
  for (const path of globSync(out, "_pb2_grpc.py")) {
    if (!/^class \w+Stub\b/m.test(readFileSync(path, "utf8"))) rmSync(path);
  }
  return {};
}

async function generateGo(target, install) {
  const { bin, missing } = await findGoPlugins({ install });
  if (missing) return { missing };
  const env = houseEnv();
  const args = ["generate", "--template", "buf.gen.go.yaml", "--output", target];
  await must("buf", args, { ...env, PATH: `${bin}:${env.PATH}` });
  return {};
}

const languages = { ts: generateTypeScript, python: generatePython, go: generateGo };

/**
 * Generates every language below `target`/gen, and resolves to one `{ language, missing }` each, where `missing` is
 * the reason for which that language was left out.
 */
export async function generate(target, { install }) {
  return Promise.all(
    Object.entries(languages).map(async ([language, make]) => ({
      language,
      ...(await make(target, install)),
    })),
  );
}

/** Writes the OpenAPI document below `target`/gen. Needs gen/ts as the contracts generate it. */
async function generateOpenApi(target) {
  const image = join(target, "contracts.binpb");
  const program = join(target, "openapi.mjs");
  await must("buf", ["build", "proto", "--as-file-descriptor-set", "-o", image]);
  const { build } = await import("esbuild");
  const options = { bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "warning" };
  const entryPoints = [join(root, "tools/openapi/write.ts")];
  await build({ ...options, entryPoints, absWorkingDir: root, outfile: program });
  await must(process.execPath, [program, image, join(target, "gen/openapi/query.v1.json")]);
}

function read(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** A file itself, or the files of a folder. */
const filesAt = (path) => (existsSync(path) && statSync(path).isFile() ? [path] : globSync(path, ""));

/** The files of gen/<language> that are not what the contracts generate, as "path: what is wrong". */
function differences(language, target) {
  const paths = new Set(
    [root, target].flatMap((base) =>
      generated[language].flatMap((folder) =>
        filesAt(join(base, "gen", language, folder))
          .filter((path) => !path.includes("__pycache__"))
          .map((path) => relative(base, path)),
      ),
    ),
  );
  return [...paths].sort().flatMap((path) => {
    const committed = read(join(root, path));
    const fresh = read(join(target, path));
    if (committed === fresh) return [];
    if (committed === undefined) return [`${path}: not there`];
    return [`${path}: ${fresh === undefined ? "no contract generates it" : "differs"}`];
  });
}

function saySkipped(results) {
  const skipped = results.filter(({ missing }) => missing);
  for (const { language, missing } of skipped) console.log(`skipped: ${language}, for want of ${missing}`);
  return skipped.length > 0 && process.env.CI === "true" ? 1 : 0;
}

/** Compares gen/ with a fresh copy in a temporary folder; the exit code. */
async function check() {
  const target = mkdtempSync(join(tmpdir(), "tideline-gen-"));
  try {
    const results = await generate(target, { install: process.env.CI === "true" });
    await generateOpenApi(target);
    const stale = [...results, { language: "openapi" }]
      .filter(({ missing }) => !missing)
      .flatMap(({ language }) => differences(language, target));
    for (const line of stale) console.log(line);
    if (stale.length > 0) console.log("gen/ is stale: npm run gen rewrites it.");
    return saySkipped(results) || (stale.length > 0 ? 1 : 0);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** Puts what was generated of a language below `target` in the place of what was there. */
function take(language, target) {
  for (const name of generated[language]) {
    const path = join("gen", language, name);
    rmSync(join(root, path), { recursive: true, force: true });
    if (existsSync(join(target, path))) cpSync(join(target, path), join(root, path), { recursive: true });
  }
  console.log(`generated: ${language}`);
}

/** Rewrites gen/; what a skipped language had stays. The exit code. */
async function rewrite() {
  const target = mkdtempSync(join(tmpdir(), "tideline-gen-"));
  try {
    const results = await generate(target, { install: true });
    for (const { language } of results.filter(({ missing }) => !missing)) take(language, target);
    await generateOpenApi(target);
    take("openapi", target);
    return saySkipped(results);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await ensureInstalled();
    process.exitCode = process.argv.includes("--check") ? await check() : await rewrite();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
