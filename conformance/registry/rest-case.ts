import type { CaseResult, Failure } from "../report.js";
import type { RestCase, RestStep } from "./case-file.js";
import { unmet } from "./expectation.js";
import type { IsolatedRegistries } from "./isolated-registry.js";
import type { RestAnswer } from "./rest-client.js";

/** Sends a sequence's requests to a registry of its own, each with what the ones before it saved. */
export async function runRestCase(given: RestCase, registries: IsolatedRegistries): Promise<CaseResult> {
  const { id, name, steps } = given;
  const client = await registries.make(id, given.server_default_compatibility);
  const saved = new Map<string, unknown>();
  const failures: Failure[] = [];
  const answers: unknown[] = [];
  for (const [index, step] of steps.entries()) {
    const filled = fill(step, saved) as RestStep;
    const path = `${filled.path}${queryText(filled.query)}`;
    const answer = await client({ ...filled, path });
    answers.push({ status: answer.status, body: answer.body });
    save(step.save, answer, saved);
    const where = `step ${index + 1}: ${filled.method} ${path}`;
    for (const { key, expected, got } of unmet(filled.expect ?? {}, answer)) {
      const shown = key === "status" ? { status: got, body: answer.body } : got;
      failures.push({ where: `${where}: ${key}`, expected, got: shown });
    }
  }
  const isJudged = steps.some(({ expect }) => expect !== undefined);
  return { id, name, got: answers, failures: isJudged ? failures : undefined };
}

function queryText(query: RestStep["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((it): [string, string] => [key, String(it)]),
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
}

/** The value with every `${name}` replaced by what was saved; one that stands alone keeps its type. */
function fill(value: unknown, saved: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === "string") {
    const [, alone = ""] = /^\$\{(\w+)\}$/.exec(value) ?? [];
    if (saved.has(alone)) return saved.get(alone);
    return value.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) =>
      saved.has(name) ? String(saved.get(name)) : whole,
    );
  }
  if (Array.isArray(value)) return value.map((it) => fill(it, saved));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, fill(it, saved)]));
}

function save(names: RestStep["save"], { body }: RestAnswer, saved: Map<string, unknown>): void {
  for (const [name, pointer] of Object.entries(names ?? {})) saved.set(name, atPointer(body, pointer));
}

function atPointer(value: unknown, pointer: string): unknown {
  let at = value;
  for (const token of pointer.split("/").slice(1)) {
    at = Object(at)[token.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return at;
}
