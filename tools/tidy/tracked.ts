import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One tracked text file; binary ones (with a zero byte) are left out. */
export interface TrackedText {
  readonly path: string;
  readonly text: string;
}

/** Every text file of the tree that git tracks or is about to: what a clone would hold. */
export function readTracked(base: string): TrackedText[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: base,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed
    .split("\0")
    .filter((path) => path !== "")
    .flatMap((path) => {
      const text = readIfThere(join(base, path));
      return text === undefined || text.includes("\0") ? [] : [{ path, text }];
    });
}

/** A file that is deleted but still in the index, or a link to a folder, has no text. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Where one machine's folders would begin in a text: the home folders of people and of builds. */
const machinePath = /(?<![\w.~}:/-])\/(?:work|home|Users|mnt|build)\/[\w.-]+/;

/** Lines that name a folder of the machine they were written on, as one line each. */
export function machinePathViolations(files: readonly TrackedText[]): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const found = machinePath.exec(line);
      return found === null ? [] : [`${path}:${index + 1}: ${found[0]}`];
    }),
  );
}

interface LockedPackage {
  readonly resolved?: string;
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Licences that nothing of the product may depend on, by their SPDX names. */
const refusedLicence = /\b(?:A|L)?GPL\b|\bSSPL\b|\bBUSL\b/;

/**
 * What a lock file must not be: bound to the registry it was resolved from, holding packages under a licence that
 * binds ours, or without the packages of other machines (as a registry that serves this one alone leaves it), which
 * `npm ci` refuses.
 */
export function lockFileViolations(text: string): string[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  return Object.entries(packages).flatMap(([name, { resolved, license = "", optionalDependencies = {} }]) => [
    ...(resolved?.includes("://") === true ? [`${name}: names the registry it came from`] : []),
    ...(refusedLicence.test(license) && !/\bOR\b/.test(license) ? [`${name}: ${license}`] : []),
    ...Object.keys(optionalDependencies).flatMap((optional) =>
      `node_modules/${optional}` in packages || `${name}/node_modules/${optional}` in packages
        ? []
        : [`${name}: optional ${optional} is not locked`],
    ),
  ]);
}
