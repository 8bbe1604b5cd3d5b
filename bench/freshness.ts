// How soon an acked event is in the answers: a steady rate of batches goes in through the gateway while one reader
// asks, ten times a second, which of them it can count whole. A batch is fresh from the moment that an answer has
// arrived which counts all of its events, without any cache; so a figure here is too high by up to 100 ms and the time
// of a question.
//
//   node dist/bench/freshness.js [events a second = 5000] [seconds = 30]
//
// Uses the stack of TIDELINE_DATA where one runs, else starts its own. Prints one line of JSON; times in ms.
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { DurationSchema, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { isRunning, readStackFile } from "../dev/stack-file.js";
import { Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { Aggregation, FilterOp } from "../gen/ts/tideline/query/v1/question_pb.js";
import { makeProject, type TestProject } from "../tests/support/own-project.js";
import { ofEvent } from "../tests/support/questions.js";
import { startOwnStack } from "../tests/support/stack.js";

const batchEvents = 100;
const askEveryMs = 100;
/** After the last ack; what is not seen by then counts as lost. */
const waitMsMax = 20_000;

interface Sent {
  readonly ackMs: number;
  readonly ackedAt: number;
}

function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round((sorted[Math.ceil((p / 100) * sorted.length) - 1] ?? Number.NaN) * 10) / 10;
}

const summaryOf = (values: readonly number[]) => ({
  p50: percentile(values, 50),
  p99: percentile(values, 99),
  max: percentile(values, 100),
});

/** Sends one batch and waits for its ack. @throws where an event is not accepted */
async function send({ ingest }: TestProject, batch: string): Promise<Sent> {
  const events = Array.from({ length: batchEvents }, (_, index) => ({
    ...{ eventId: `${batch}-${index}`, type: "fresh", userId: `user-${(index * 7919) % 5_000}` },
    body: {
      case: "properties" as const,
      value: JSON.stringify({ batch, amount: index, plan: "pro", step: index % 7 }),
    },
    context: {
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      ip: `81.2.69.${index}`,
    },
  }));
  const from = performance.now();
  const { verdicts } = await ingest.publishEvents({ events });
  const ackedAt = performance.now();
  if (!verdicts.every(({ outcome }) => outcome === Outcome.ACCEPTED))
    throw new Error("not every event was accepted");
  return { ackMs: ackedAt - from, ackedAt };
}

/** The batches, of those asked for, whose events all can be counted. */
async function countable({ query }: TestProject, batches: readonly string[]): Promise<string[]> {
  const { series } = await query.queryMetrics({
    type: "fresh",
    range: { from: timestampFromMs(Date.now() - 60_000), to: timestampFromMs(Date.now() + 60_000) },
    aggregation: Aggregation.COUNT,
    filters: [{ property: ofEvent("batch"), op: FilterOp.EQUALS, values: [...batches] }],
    breakdown: [ofEvent("batch")],
    limit: 1_000,
    maxStaleness: create(DurationSchema),
  });
  return series
    .filter(({ isOther, total }) => !isOther && total?.value === batchEvents)
    .map(({ breakdown }) => breakdown[0]?.value ?? "");
}

async function measure(project: TestProject, rate: number, seconds: number) {
  const open = new Map<string, Sent>();
  const [acks, fresh, asks]: [number[], number[], number[]] = [[], [], []];
  const batches = Math.round((rate * seconds) / batchEvents);
  let isSending = true;
  const read = async () => {
    let last = performance.now();
    while (isSending || (open.size > 0 && performance.now() - last < waitMsMax)) {
      const asked = [...open.keys()].slice(0, 900);
      if (isSending) last = performance.now();
      if (asked.length === 0) await sleep(5);
      else {
        const from = performance.now();
        const seen = await countable(project, asked);
        const now = performance.now();
        asks.push(now - from);
        const pauseMs = askEveryMs - (now - from);
        for (const batch of seen) {
          fresh.push(now - (open.get(batch)?.ackedAt ?? Number.NaN));
          open.delete(batch);
        }
        if (pauseMs > 0) await sleep(pauseMs);
      }
    }
  };
  const reading = read();
  const began = performance.now();
  const sending: Promise<void>[] = [];
  for (let number = 0; number < batches; number++) {
    const dueMs = began + (number * batchEvents * 1_000) / rate - performance.now();
    if (dueMs > 0) await sleep(dueMs);
    const batch = `b${number}`;
    const done = send(project, batch).then((sent) => {
      acks.push(sent.ackMs);
      open.set(batch, sent);
    });
    sending.push(done);
  }
  await Promise.all(sending);
  const took = (performance.now() - began) / 1_000;
  isSending = false;
  await reading;
  return {
    events: batches * batchEvents,
    eventsPerSecond: Math.round((batches * batchEvents) / took),
    ackMs: summaryOf(acks),
    queryableMs: summaryOf(fresh),
    askMs: summaryOf(asks),
    batchesNeverSeen: open.size,
  };
}

const [rate = 5_000, seconds = 30] = process.argv.slice(2).map(Number);
const data = process.env["TIDELINE_DATA"];
const running = data === undefined ? undefined : readStackFile(data);
const own = isRunning(running) ? undefined : await startOwnStack();
try {
  const stack = own?.file() ?? running;
  if (stack === undefined) throw new Error("no stack");
  const project = await makeProject(stack, "Freshness");
  await measure(project, 500, 2); // Connections, caches and compiled code are there from here on.
  const measured = await measure(await makeProject(stack, "Freshness"), rate, seconds);
  console.log(
    JSON.stringify({
      bench: "freshness",
      asked: { rate, seconds },
      ...measured,
      cores: availableParallelism(),
    }),
  );
  process.exitCode = measured.batchesNeverSeen === 0 ? 0 : 1;
} finally {
  await own?.stop();
}
