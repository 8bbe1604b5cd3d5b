import { inParallel } from "../../in-parallel.js";
import type { Failure } from "../../report.js";
import { evaluate } from "../brute/evaluate.js";
import type { AnalyticsCase, CaseEvent, Kind } from "../case-shape.js";
import { unmet } from "../expectation.js";
import { ask } from "../run/ask.js";
import { EventSender } from "../run/send-events.js";
import type { Stand } from "../run/stand.js";
import { Dice } from "./dice.js";
import { caseOf, randomQuestion } from "./random-questions.js";
import { type RandomWorld, randomWorld } from "./random-world.js";

export interface RandomRun {
  readonly seed: number;
  /** How many projects, and questions of each. */
  readonly worlds: number;
  readonly questions: number;
  readonly kinds: readonly Kind[];
}

/** A question that was answered otherwise than by brute force. */
export interface Miss {
  readonly given: AnalyticsCase;
  readonly failures: readonly Failure[];
}

export interface RandomResult {
  readonly asked: number;
  readonly misses: readonly Miss[];
}

const worldsAtOnce = 4;
const questionsAtOnce = 4;
/** Of so many questions one asks also who the users are, which takes many calls. */
const listedEvery = 4;

/** Asks random questions of random projects: the same ones for the same seed. */
export async function runRandom(run: RandomRun, stand: Stand): Promise<RandomResult> {
  const worlds = Array.from({ length: run.worlds }, (_, index) => async () => {
    const dice = new Dice(run.seed + index * 7_919);
    return await runWorld(dice, { ...run, name: `seed ${run.seed}, project ${index}` }, stand);
  });
  const results = await inParallel(worldsAtOnce, worlds);
  return {
    asked: results.reduce((sum, { asked }) => sum + asked, 0),
    misses: results.flatMap(({ misses }) => misses),
  };
}

/** Before the identities of devices are told they are users of their own, of whom nothing is known. */
function unnamed(events: readonly CaseEvent[]): CaseEvent[] {
  return events.map(({ anonymous, ...it }) =>
    anonymous === undefined ? it : { ...it, user: anonymous, anonymous },
  );
}

async function runWorld(
  dice: Dice,
  run: RandomRun & { readonly name: string },
  stand: Stand,
): Promise<RandomResult> {
  const world = randomWorld(dice);
  const questions = dice.several(run.questions, () => randomQuestion(dice, world, dice.pick(run.kinds)));
  const sender = new EventSender(await stand.project(world));
  const askAll = async (part: string, of: typeof questions, events: readonly CaseEvent[]) => {
    const cases = of.map((question, index) =>
      caseOf(`${run.name}, ${part} ${index}`, world, question, events),
    );
    return await inParallel(
      questionsAtOnce,
      cases.map((given, index) => () => held(given, sender, index % listedEvery === 0 && isShort(given))),
    );
  };
  await sender.send({ users: world.users, events: world.early, areNamed: false });
  // What is answered now is kept, and has to be found out of date by what comes late.
  const first = await askAll("early", questions.slice(0, Math.ceil(run.questions / 3)), unnamed(world.early));
  await sender.send({ events: world.late, areNamed: true, named: world.early });
  const all = await askAll("question", questions, inOrder(world));
  const misses = [...first, ...all].filter(({ failures }) => failures.length > 0);
  return { asked: first.length + all.length, misses };
}

function inOrder({ early, late }: RandomWorld): CaseEvent[] {
  return [...early, ...late].sort((a, b) => ((a.id ?? "") < (b.id ?? "") ? -1 : 1));
}

/** Lists are by bucket: those of hours would take hundreds of calls. */
function isShort({ query }: AnalyticsCase): boolean {
  return !Object.values(query).includes("hour");
}

/** The answer of the stack held against that of brute force, part by part of what the stack answers. */
async function held(given: AnalyticsCase, { project }: EventSender, areListed: boolean): Promise<Miss> {
  // Whose the events of devices are is not told by a trend.
  const { users_in_bucket: _users, ...expected } = evaluate(given);
  try {
    const got = await ask(given, project, { areListed });
    return { given, failures: unmet({ ...given, expected }, got, { isWhole: true }) };
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    return { given, failures: [{ where: "the question", expected: "an answer", got }] };
  }
}
