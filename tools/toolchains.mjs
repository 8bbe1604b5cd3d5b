// Finds, or installs where allowed, the toolchains of the other languages at their pinned versions. What is installed
// goes to a cache folder outside the tree, so that a fresh clone finds what an earlier one installed.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root, run } from "./run.mjs";

export const pinned = {
  /** grpcio, grpcio-tools: the generated stubs refuse an older grpcio than this. */
  grpcio: "1.76.0",
  protocGenGo: "v1.36.11",
  protocGenGoGrpc: "v1.6.1",
  /** Of the line that deploy/compose.yaml runs. */
  natsServer: "v2.12.1",
};

/** What Go builds here needs at least; the go.mod files of the house say the same. */
export const goMinimum = "1.24";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tideline");

/** The last line that says anything: what an installer ends with when it fails. */
function lastLine(output) {
  return output.trim().split("\n").at(-1) ?? "";
}

async function pythonHasTools(python) {
  const probe =
    "import importlib.metadata as m, grpc_tools, grpc; print(m.version('grpcio-tools'), m.version('grpcio'))";
  const { code, output } = await run(python, ["-c", probe]);
  return code === 0 && output.trim() === `${pinned.grpcio} ${pinned.grpcio}`;
}

/**
 * A Python that has grpcio and grpcio-tools at the pinned version: `{ python }`, or `{ missing }` with the reason.
 * With `install`, a virtual environment in the cache folder is made when there is none.
 */
export async function findPython({ install }) {
  const venv = join(cache, `python-grpcio-${pinned.grpcio}`);
  const cached = join(venv, "bin/python");
  if (existsSync(cached) && (await pythonHasTools(cached))) return { python: cached };
  if (await pythonHasTools("python3")) return { python: "python3" };
  if (!install) return { missing: `python3 with grpcio-tools ${pinned.grpcio} (npm run gen installs it)` };
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const made = await run("python3", ["-m", "venv", venv]);
  if (made.code !== 0) return { missing: `a Python virtual environment: ${lastLine(made.output)}` };
  const wanted = [`grpcio==${pinned.grpcio}`, `grpcio-tools==${pinned.grpcio}`];
  const got = await run(cached, ["-m", "pip", "install", "--quiet", ...wanted]);
  if (got.code !== 0) return { missing: `grpcio-tools ${pinned.grpcio}: ${lastLine(got.output)}` };
  return { python: cached };
}

/**
 * The folder that holds Go's two protoc plugins at the pinned versions: `{ bin }`, or `{ missing }` with the reason.
 * With `install`, `go install` puts them into the cache folder when they are not there.
 */
export async function findGoPlugins({ install }) {
  const bin = join(cache, `go-plugins-${pinned.protocGenGo}-${pinned.protocGenGoGrpc}`);
  if (existsSync(bin)) return { bin };
  const go = await findGo();
  if (go.missing) return go;
  if (!install) return { missing: "Go's protoc plugins (npm run gen installs them)" };
  return goInstall(bin, [
    `google.golang.org/protobuf/cmd/protoc-gen-go@${pinned.protocGenGo}`,
    `google.golang.org/grpc/cmd/protoc-gen-go-grpc@${pinned.protocGenGoGrpc}`,
  ]);
}

/** Puts programs into the folder `bin`, which is there whole or not at all: `{ bin }`, or `{ missing }`. */
async function goInstall(bin, packages) {
  const fresh = `${bin}.${process.pid}`;
  for (const one of packages) {
    const got = await run("go", ["install", one], { env: { ...process.env, GOBIN: fresh, GOFLAGS: "" } });
    if (got.code === 0) continue;
    rmSync(fresh, { recursive: true, force: true });
    return { missing: `${one}: ${lastLine(got.output)}` };
  }
  // Renamed in one step; where another run came first, its folder stands.
  if (existsSync(bin)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, bin);
  return { bin };
}

/** A name in the cache that another version of a file does not have. */
function cachedFor(name, path) {
  return join(cache, `${name}-${createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16)}`);
}

/**
 * Packages of npm that are no part of the house, as the lock file in `source` says: `{ folder }` that holds their
 * node_modules, or `{ missing }` with the reason. They are installed where they are not there, without their scripts.
 */
export async function findNodePackages(source) {
  const folder = cachedFor("node", join(source, "package-lock.json"));
  if (existsSync(folder)) return { folder };
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(join(source, name), join(fresh, name));
  copyFileSync(join(root, ".npmrc"), join(fresh, ".npmrc"));
  const got = await run("npm", ["ci", "--ignore-scripts"], { cwd: fresh });
  if (got.code !== 0) {
    rmSync(fresh, { recursive: true });
    return { missing: `packages of ${source}: ${lastLine(got.output)}` };
  }
  if (existsSync(folder)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, folder);
  return { folder };
}

/**
 * A Python that has what a requirements file says: `{ python }`, or `{ missing }` with the reason. A virtual
 * environment for it is made in the cache folder where there is none.
 */
export async function findPythonWith(requirements) {
  const venv = cachedFor("python", requirements);
  const python = join(venv, "bin/python");
  const whole = join(venv, "installed");
  if (existsSync(whole)) return { python };
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const made = await run("python3", ["-m", "venv", venv]);
  if (made.code !== 0) return { missing: `a Python virtual environment: ${lastLine(made.output)}` };
  const got = await run(python, ["-m", "pip", "install", "--quiet", "-r", requirements]);
  if (got.code !== 0) return { missing: `${requirements}: ${lastLine(got.output)}` };
  writeFileSync(whole, "");
  return { python };
}

/**
 * What a Maven project depends on: `{ jars }`, a folder with all of it, or `{ missing }` with the reason. Maven brings
 * it where it is not there.
 */
export async function findMavenJars(pom) {
  const jars = cachedFor("maven", pom);
  if (existsSync(jars)) return { jars };
  const mvn = await run("mvn", ["--version"]);
  if (mvn.code !== 0) return { missing: "mvn" };
  const fresh = `${jars}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const args = ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${fresh}`];
  const got = await run("mvn", args);
  if (got.code !== 0) {
    rmSync(fresh, { recursive: true });
    return { missing: `the dependencies of ${pom}: ${lastLine(got.output)}` };
  }
  if (existsSync(jars)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, jars);
  return { jars };
}

/** Numbers of a version, such as [1, 24]; undefined where it has none. */
function versionOf(text) {
  return /(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
}

function isBelow([major, minor], [wantedMajor, wantedMinor]) {
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

/**
 * The machine's Go as seen from `folder`, whose go.mod may ask for more than `goMinimum`: `{ version }`, or
 * `{ missing }` where there is none or it is older. Go from 1.21 on fetches what a go.mod asks for by itself, where
 * it may.
 */
export async function findGo({ folder, env } = {}) {
  const options = { ...(folder ? { cwd: folder } : {}), ...(env ? { env } : {}) };
  const { code, output } = await run("go", ["env", "GOVERSION"], options);
  const asked =
    folder && versionOf(/^go (.*)$/m.exec(readFileSync(join(folder, "go.mod"), "utf8"))?.[1] ?? "");
  const least = versionOf(goMinimum);
  const wanted = asked && isBelow(least, asked) ? asked : least;
  const name = `Go ${wanted.join(".")} or newer`;
  if (code === 127) return { missing: name };
  const found = code === 0 ? versionOf(output) : undefined;
  if (found === undefined) return { missing: `${name} (go says: ${lastLine(output)})` };
  if (isBelow(found, wanted)) return { missing: `${name} (this machine has ${output.trim()})` };
  return { version: output.trim() };
}

/**
 * A nats-server of the pinned version, which is newer than Debian's: `{ program }`, or `{ missing }` with the reason.
 * Where Go is at hand it is built, once, into the cache folder; that takes half a minute on two cores.
 */
export async function findNatsServer() {
  const bin = join(cache, `nats-server-${pinned.natsServer}`);
  if (!existsSync(bin)) {
    const go = await findGo();
    if (go.missing) return go;
    const { missing } = await goInstall(bin, [`github.com/nats-io/nats-server/v2@${pinned.natsServer}`]);
    if (missing) return { missing };
  }
  return { program: join(bin, "nats-server"), version: pinned.natsServer.slice(1) };
}
