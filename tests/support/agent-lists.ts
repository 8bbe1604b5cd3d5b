import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A user agent and what a list says of it; `fields` by the list's own names, empty where it says null. */
export interface ListedAgent {
  readonly userAgent: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A scalar of these files: quoted with one or two marks, or plain. They use no more of YAML. */
function scalar(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith("'")) return trimmed.slice(1, trimmed.lastIndexOf("'")).replaceAll("''", "'");
  if (trimmed.startsWith('"')) return JSON.parse(trimmed.slice(0, trimmed.lastIndexOf('"') + 1));
  return trimmed === "null" || trimmed === "~" ? "" : trimmed;
}

/** The cases of a test file of uap-core: a list of `user_agent_string` and the fields that follow it. */
export function readUapCases(path: string): ListedAgent[] {
  const cases: { userAgent: string; fields: Record<string, string> }[] = [];
  for (const line of gunzipSync(readFileSync(path)).toString("utf8").split("\n")) {
    const match = /^\s*(?:- )?([a-z_]+):(?:\s+(\S.*))?$/.exec(line);
    if (match === null) continue;
    const [, key = "", value = ""] = match;
    if (key === "user_agent_string") cases.push({ userAgent: scalar(value), fields: {} });
    else {
      const last = cases.at(-1);
      if (last !== undefined) last.fields[key] = scalar(value);
    }
  }
  return cases;
}

/** The user agents of isbot's fixtures: lists below names. */
export function readIsbotFixture(path: string): string[] {
  const agents: string[] = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const match = /^ {2}- (.*)$/.exec(line);
    if (match !== null) agents.push(scalar(match[1] ?? ""));
  }
  return agents;
}

/** The instances of the crawler-user-agents list. */
export function readCrawlers(path: string): string[] {
  const entries: { instances: string[] }[] = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8"));
  return entries.flatMap(({ instances }) => instances);
}
