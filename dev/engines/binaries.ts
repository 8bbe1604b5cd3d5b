import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program that the stack runs, and Debian's package that holds it. Each has the name of its package. */
export type Binary = "nats-server" | "redis-server" | "haproxy";

/** Folders that hold servers but are on the PATH of root only. */
const moreFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin"];

const installMsMax = 300_000;

/** Where a program is; undefined where it is not. */
export function findBinary(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...moreFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes programs available: those that are missing are installed from Debian's packages, without starting the system
 * services that come with them.
 * @throws Error in one line that says what to install where that can't be done.
 */
export function ensureBinaries(names: readonly Binary[], tell: (line: string) => void): void {
  const missing = names.filter((name) => findBinary(name) === undefined);
  if (missing.length === 0) return;
  const list = missing.join(", ");
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const may = sudo.length === 0 || spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
  if (!may || findBinary("apt-get") === undefined) {
    throw new Error(
      `missing on this machine: ${list}. Install them (Debian's packages have these names) and start again`,
    );
  }
  tell(`installing ${list} (apt-get)`);
  const said = install(missing, sudo);
  const still = names.filter((name) => findBinary(name) === undefined);
  if (still.length > 0)
    throw new Error(`apt-get could not install ${still.join(", ")}: ${said}; install them by hand`);
}

/** Asked by Debian's packages before they start a service: 101 forbids it. */
const policyFile = "/usr/sbin/policy-rc.d";

function install(packages: readonly string[], sudo: readonly string[]): string {
  const isOurs = sudo.length === 0 && !existsSync(policyFile);
  if (isOurs) writeFileSync(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const options = ["-y", "-q", "--no-install-recommends"];
    let said = run([...sudo, "apt-get", "install", ...options, ...packages]);
    if (said !== "") {
      // The list of packages may be old or not there at all.
      run([...sudo, "apt-get", "update", "-q"]);
      said = run([...sudo, "apt-get", "install", ...options, ...packages]);
    }
    return said;
  } finally {
    if (isOurs) rmSync(policyFile, { force: true });
    // Where a service manager runs, it is not to start them at boot either: they would hold the usual ports.
    if (findBinary("systemctl")) run([...sudo, "systemctl", "disable", "--now", ...packages]);
  }
}

/** Empty where the command succeeded, else the last thing it said. */
function run([command = "", ...args]: readonly string[]): string {
  const done = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: installMsMax,
  });
  if (done.status === 0) return "";
  return done.error?.message ?? (done.stderr.trim().split("\n").at(-1) || `${command} failed`);
}
