import { posix } from "node:path";
import type { SourceFacts } from "./sources.js";

/** The sizes that style holds; `exceptions` raise one for one file or function. */
export const sizesMax = { lineLength: 120, fileLines: 400, functionLines: 70 } as const;

/**
 * Sizes that are let be although they are too large, as they are now: "path" for a file's lines and "path#function"
 * for a function's. An entry that is higher than the size or no longer needed is a violation too, so the list can
 * only shrink.
 */
export type Exceptions = Readonly<Record<string, number>>;

/** What breaks a size, as one line each. */
export function sizeViolations(sources: readonly SourceFacts[], exceptions: Exceptions): string[] {
  const unused = new Set(Object.keys(exceptions));
  const violations: string[] = [];
  const hold = ({ key, place, size, most }: { key: string; place: string; size: number; most: number }) => {
    const excepted = exceptions[key];
    if (size <= most) return;
    unused.delete(key);
    if (excepted === undefined) violations.push(`${place}: ${size} lines, at most ${most}`);
    else if (size > excepted) violations.push(`${place}: ${size} lines, grown from ${excepted} excepted`);
    else if (size < excepted) violations.push(`${place}: ${size} lines: lower the exception ${excepted}`);
  };
  for (const { path, lineLengths, functions } of sources) {
    lineLengths.forEach((length, index) => {
      if (length <= sizesMax.lineLength) return;
      violations.push(`${path}:${index + 1}: ${length} characters, at most ${sizesMax.lineLength}`);
    });
    hold({ key: path, place: path, size: lineLengths.length, most: sizesMax.fileLines });
    for (const { name, line, lines } of functions) {
      const place = `${path}:${line} ${name}`;
      hold({ key: `${path}#${name}`, place, size: lines, most: sizesMax.functionLines });
    }
  }
  return [...violations, ...[...unused].map((key) => `${key}: remove the exception, it is not needed`)];
}

/** The parts that see everything, and the tests beside the code, which start engines and stacks by dev/. */
const seesAll = /^(dev|bench|conformance|tools|tests)\/|\.(spec|it|e2e)\.tsx?$/;

/** The parts that a part may import, besides itself. */
const visible: Readonly<Record<string, readonly string[]>> = {
  gen: [],
  platform: ["gen"],
  registry: ["gen", "platform"],
  services: ["gen", "platform", "registry"],
  cli: ["gen", "platform", "registry"],
  web: ["gen"],
  clients: ["gen"],
};

/** The part that a path belongs to: its first folder, and for a service that service's own. */
function partOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "services" ? `services/${second}` : first;
}

/** Imports against the arrows gen <- platform <- registry <- services, as one line each. */
export function arrowViolations(sources: readonly SourceFacts[]): string[] {
  return sources
    .filter(({ path }) => !seesAll.test(path))
    .flatMap(({ path, imports }) => {
      const own = partOf(path);
      const allowed = [own, ...(visible[own.split("/")[0] ?? ""] ?? [])];
      return imports.flatMap(({ specifier, line }) => {
        if (!specifier.startsWith(".")) return [];
        const target = partOf(posix.join(posix.dirname(path), specifier));
        return allowed.includes(target) ? [] : [`${path}:${line}: ${own} must not import ${target}`];
      });
    });
}
