import type { CaseResult, Failure } from "../report.js";
import { type CaseReference, type CompatCase, type SchemaType, schemaText } from "./case-file.js";
import type { RestAnswer, RestClient } from "./rest-client.js";

/** A request body of the REST face. */
interface SchemaBody {
  readonly schema: string;
  readonly schemaType: SchemaType;
  readonly references?: readonly { name: string; subject: string; version: number }[];
}

/**
 * Registers what came before on a fresh subject without a level, sets the level there, asks whether the next schema is
 * compatible, and then registers it: both have to say the same.
 */
export async function runCompatCase(
  given: CompatCase,
  schemaType: SchemaType,
  client: RestClient,
): Promise<CaseResult> {
  const { id, name } = given;
  const failures: Failure[] = [];
  const strict = await verdictOf(given, schemaType, new FreshSubject(client, `${id}-next`), "STRICT");
  const expected = given.upstream_unsound === true ? false : given.compatible;
  failures.push(...compared("compatible", expected, strict));
  const isLenientAsked = given.compatible_lenient !== undefined;
  const lenient = isLenientAsked
    ? await verdictOf(given, schemaType, new FreshSubject(client, `${id}-lenient`), "LENIENT")
    : undefined;
  if (lenient !== undefined) {
    failures.push(...compared("compatible under LENIENT", given.compatible_lenient, lenient));
  }
  const isJudged = expected !== undefined || isLenientAsked;
  return {
    id,
    name,
    got: strict.compatible,
    ...(lenient === undefined ? {} : { gotLenient: lenient.compatible }),
    failures: isJudged ? failures : undefined,
  };
}

interface Verdict {
  readonly compatible: boolean;
  /** What was answered to both questions, for who reads a failure. */
  readonly reason: unknown;
  /** Whether registering did what the check had said. */
  readonly isKept: boolean;
}

function compared(where: string, expected: boolean | undefined, verdict: Verdict): Failure[] {
  const { compatible, reason, isKept } = verdict;
  const failures: Failure[] = [];
  if (expected !== undefined && compatible !== expected) {
    failures.push({ where, expected, got: { compatible, reason } });
  }
  if (!isKept) {
    failures.push({ where: `${where}: registering`, expected: "what the check said", got: reason });
  }
  return failures;
}

async function verdictOf(
  given: CompatCase,
  schemaType: SchemaType,
  fresh: FreshSubject,
  policy: "STRICT" | "LENIENT",
): Promise<Verdict> {
  const text = (schema: unknown) => schemaText(schema, schemaType, given.dialect);
  const bodyOf = async (schema: unknown, references: readonly CaseReference[] | null | undefined) => {
    const body = { schema: text(schema), schemaType };
    if (references === undefined || references === null || references.length === 0) return body;
    return { ...body, references: await fresh.refer(references, (it) => ({ schema: text(it), schemaType })) };
  };
  const { subject } = fresh;
  await fresh.must("PUT", `/config/${subject}`, { compatibility: "NONE" });
  const ids = new Set<unknown>();
  for (const [index, schema] of given.previous.entries()) {
    const body = await bodyOf(schema, given.previous_references?.[index]);
    ids.add(Object(await fresh.must("POST", `/subjects/${subject}/versions`, body)).id);
  }
  const config = { compatibility: given.level, compatibilityPolicy: policy };
  await fresh.must("PUT", `/config/${subject}`, config);
  const next = await bodyOf(given.next, given.next_references);
  const check = await fresh.ask("POST", `/compatibility/subjects/${subject}/versions?verbose=true`, next);
  const registered = await fresh.ask("POST", `/subjects/${subject}/versions`, next);
  // What is no valid schema can't follow anything.
  const compatible = check.status === 200 && Object(check.body).is_compatible === true;
  const wanted = check.status !== 200 ? check.status : compatible ? 200 : 409;
  // What is registered already is answered, whatever the level says of it.
  const isKept = registered.status === wanted || ids.has(Object(registered.body).id);
  if (check.status !== 200 && check.status !== 422) {
    throw new Error(`the check was answered ${check.status} ${JSON.stringify(check.body)}`);
  }
  return { compatible, isKept, reason: { check: check.body, register: registered.body } };
}

/** A subject that no other case uses, with those that it refers to. */
class FreshSubject {
  readonly #client: RestClient;
  /** Referenced subjects as the case names them, with each version that is there. */
  readonly #referenced = new Map<string, number>();
  readonly subject: string;

  constructor(client: RestClient, subject: string) {
    this.#client = client;
    this.subject = encodeURIComponent(subject);
  }

  ask(method: string, path: string, body: unknown): Promise<RestAnswer> {
    return this.#client({ method, path, body });
  }

  /** @throws Error where it is not answered with 200 */
  async must(method: string, path: string, body: unknown): Promise<unknown> {
    const answer = await this.ask(method, path, body);
    if (answer.status === 200) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** Registers what is referred to, as subjects of this case's own. */
  async refer(
    references: readonly CaseReference[],
    bodyOf: (schema: unknown) => SchemaBody,
  ): Promise<NonNullable<SchemaBody["references"]>> {
    const made: { name: string; subject: string; version: number }[] = [];
    for (const { name, subject, version, schema } of references) {
      const own = `${decodeURIComponent(this.subject)}-${subject}`;
      const path = encodeURIComponent(own);
      if (version > (this.#referenced.get(subject) ?? 0)) {
        await this.must("PUT", `/config/${path}`, { compatibility: "NONE" });
        await this.must("POST", `/subjects/${path}/versions`, bodyOf(schema));
        this.#referenced.set(subject, version);
      }
      const body = bodyOf(schema);
      const found = (await this.must("POST", `/subjects/${path}`, body)) as { version: number };
      made.push({ name, subject: own, version: found.version });
    }
    return made;
  }
}
