import { EngineError } from "./engine-error.js";

const settingName = /^[A-Za-z_][A-Za-z0-9_.]{0,127}$/;
const parameterName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * One SET statement for a session: settings and the values of `{name:Type}` parameters.
 *
 * Every byte of a value but plain letters, digits and a few harmless signs is written as `\xHH`, so no value can leave
 * its quotes. The engine substitutes a parameter in the statement's syntax tree, by its declared type.
 */
export function setStatement(
  settings: ReadonlyMap<string, Buffer>,
  parameters: ReadonlyMap<string, Buffer>,
): string | undefined {
  const changes: string[] = [];
  for (const [name, value] of settings) {
    if (!settingName.test(name)) throw new EngineError(115, "Unknown setting: not a name", "UNKNOWN_SETTING");
    changes.push(`${name}=${quoted(value)}`);
  }
  for (const [name, value] of parameters) {
    if (!parameterName.test(name)) throw new EngineError(36, "Not a parameter's name", "BAD_ARGUMENTS");
    changes.push(`param_${name}=${quoted(value)}`);
  }
  return changes.length === 0 ? undefined : `SET ${changes.join(", ")}`;
}

/** A name in backticks. */
export function quotedName(name: string): string {
  return `\`${escaped(Buffer.from(name))}\``;
}

/** A text in single quotes. */
export function quoted(value: Buffer): string {
  return `'${escaped(value)}'`;
}

function escaped(value: Buffer): string {
  return value.toString("latin1").replace(/[^A-Za-z0-9_.,:/ ()[\]{}<>=*+-]/g, (sign) => {
    return `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
