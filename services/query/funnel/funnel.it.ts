// Funnels on real engines, held against the brute force of conformance/ on random users and questions.
import { join } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { evaluate } from "../../../conformance/analytics/brute/evaluate.js";
import type { Answer, CaseEvent, CaseOf } from "../../../conformance/analytics/case-shape.js";
import { unmet } from "../../../conformance/analytics/expectation.js";
import { ask } from "../../../conformance/analytics/run/ask.js";
import type { FunnelUser, QueryFunnelRequestSchema } from "../../../gen/ts/tideline/query/v1/funnel_pb.js";
import { FilterOp, PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { repoRoot } from "../../../platform/root.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { drawnQuestion, drawnWorld } from "../../../tests/query/random-funnels.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { runCommand } from "../../../tests/support/run.js";
import { seeded, type TestEvent } from "../testing/event-set.js";
import { insertEvents } from "../testing/store.js";

type FunnelCase = CaseOf<"funnel">;
type Asked = MessageInitShape<typeof QueryFunnelRequestSchema>;

/** The events of a case as blocks bring them; an identify tells who an anonymous id is, traits what users are like. */
function rowsOf(project: string, { events, users = {} }: Pick<FunnelCase, "events" | "users">): TestEvent[] {
  const firstMs = Math.min(0, ...events.map(({ time }) => Date.parse(time)));
  const row = (
    index: number,
    event: Partial<TestEvent> & Pick<TestEvent, "type" | "time_ms">,
  ): TestEvent => ({
    ...{ project_id: project, event_id: `e-${index}`, user_id: "", anonymous_id: "", visitor_id: "" },
    ...{
      received_time_ms: event.time_ms + 1_000,
      properties: "{}",
      country: "",
      device_class: "",
      browser: "",
    },
    ...{ page_path: "", is_system: false, is_bot: false, sequence: index + 1, partition: index % 4 },
    ...{ raw_sequence: index + 1, raw_index: 0, local_date: 0, local_hour: 0, amount: 0 },
    ...event,
  });
  const own = events.map((event, index) => row(index, { ...rowOf(event) }));
  const said = new Map(
    events.flatMap(({ anonymous, user }) => (anonymous === undefined ? [] : [[anonymous, user]])),
  );
  const system = { is_system: true, time_ms: firstMs };
  const identify = [...said].map(([anonymous_id, user_id], index) =>
    row(events.length + index, { ...system, type: "identify", user_id, anonymous_id, visitor_id: user_id }),
  );
  const traits = Object.entries(users).map(([user_id, properties], index) =>
    row(events.length + said.size + index, {
      ...{ ...system, type: "traits", user_id, visitor_id: user_id, properties: JSON.stringify(properties) },
    }),
  );
  // Events without any id are nobody's.
  const nobody = events.slice(0, 5).map((event, index) =>
    row(events.length + said.size + traits.length + index, {
      ...rowOf(event),
      user_id: "",
      visitor_id: "",
      anonymous_id: "",
    }),
  );
  return [...own, ...identify, ...traits, ...nobody];
}

function rowOf({ event, user, time, properties, anonymous }: CaseEvent) {
  const ids =
    anonymous === undefined
      ? { user_id: user, visitor_id: user }
      : { anonymous_id: anonymous, visitor_id: anonymous };
  return { type: event, time_ms: Date.parse(time), properties: JSON.stringify(properties), ...ids };
}

/** Rows over time in which nobody entered say nothing. */
function withoutEmptyRows(expected: Answer): Answer {
  const rows = expected["trend_by_breakdown"] as { trend: { entered: number }[] }[] | undefined;
  if (rows === undefined) return expected;
  const kept = rows.filter(({ trend }) => trend.some(({ entered }) => entered > 0));
  return { trend_by_breakdown: kept, breakdown_rows: kept.length };
}

describe("funnels", function () {
  this.timeout(120_000);
  let house: House;

  before(async () => {
    house = await openHouse();
  });
  after(() => house?.stop());

  async function projectOf(name: string, given: Pick<FunnelCase, "events" | "users" | "timezone">) {
    const key = await house.project(name, { timeZone: given.timezone });
    if (given.events.length > 0) await insertEvents(house.clickhouse, house.database, rowsOf(name, given));
    return house.client(key);
  }

  it("are those of the brute force, on random users and questions", async () => {
    const first = Number(process.env["SEED"] ?? 1);
    let asked = 0;
    const kinds = new Map<string, number>();
    for (let seed = first; seed < first + 2; seed++) {
      const world = drawnWorld(seed);
      const query = await projectOf(`random-${seed}`, world);
      const random = seeded(seed * 7_919);
      const questions = Array.from({ length: 27 }, () => drawnQuestion(world, random));
      for (let at = 0; at < questions.length; at += 6) {
        await Promise.all(
          questions.slice(at, at + 6).map(async (given, index) => {
            const expected = withoutEmptyRows(evaluate(given));
            const got = withoutEmptyRows(await ask(given, { query, ingest: undefined as never }));
            const { events: _events, users: _users, ...shown } = given;
            const about = `SEED=${seed} question ${at + index}: ${JSON.stringify(shown)}`;
            expect(unmet({ ...given, expected }, got), about).to.deep.equal([]);
            asked++;
            const { order, viz = "steps", breakdown } = given.query;
            for (const kind of [order, viz, breakdown?.attribution ?? "no breakdown"])
              kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
          }),
        );
      }
    }
    expect(asked).to.equal(54);
    for (const [kind, count] of kinds) expect(count, kind).to.be.above(1);
  });

  const seconds = (value: number) => ({ seconds: BigInt(value) });
  const day = Date.parse("2024-05-01T00:00:00Z");
  const at = (second: number) => new Date(day + second * 1_000).toISOString();
  const range = { from: timestampFromMs(day), to: timestampFromMs(day + 86_400_000) };
  const happened = (user: string, event: string, second: number, properties = {}): CaseEvent => ({
    ...{ user, event, properties, time: at(second) },
  });

  it("list the users behind a number, page by page, while others come", async () => {
    const events = Array.from({ length: 25 }, (_, user) => [
      happened(`user-${user + 10}`, "A", user, { p: user % 2 === 0 ? "even" : "odd" }),
      ...(user % 5 === 0 ? [] : [happened(`user-${user + 10}`, "B", 100 + user)]),
    ]).flat();
    const query = await projectOf("pages", { events, timezone: "UTC" });
    const funnel = { steps: ["A", "B"].map((type) => ({ event: { type } })) };
    const breakdown = { properties: [{ scope: PropertyScope.EVENT, name: "p" }] };
    const asked = { frame: { range, maxStaleness: {} }, funnel, step: 1, pageSize: 3 };
    const listed = async (more: object) => {
      const users: FunnelUser[] = [];
      let pageToken = "";
      do {
        const page = await query.listFunnelUsers({ ...asked, ...more, pageToken });
        expect(page.users.length).to.be.at.most(3);
        users.push(...page.users);
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return users;
    };
    const all = await listed({});
    expect(all.map(({ userId }) => userId)).to.deep.equal(
      Array.from({ length: 25 }, (_, user) => `user-${user + 10}`).filter((_, user) => user % 5 !== 0),
    );
    expect(all[0]?.stepTimes.map(timestampMs)).to.deep.equal([day + 1_000, day + 101_000]);
    expect((await listed({ lost: true })).map(({ userId }) => userId)).to.deep.equal(
      [10, 15, 20, 25, 30].map((user) => `user-${user}`),
    );
    const odd = await listed({ breakdown, values: [{ value: "odd" }], lost: true });
    expect(odd.map(({ userId }) => userId)).to.deep.equal(["user-15", "user-25"]);
    expect(odd[0]?.breakdown.map(({ value }) => value)).to.deep.equal(["odd"]);
    const first = await query.listFunnelUsers(asked);
    const other = await refusalOf(
      query.listFunnelUsers({ ...asked, step: 0, pageToken: first.nextPageToken }),
    );
    expect(other.reason).to.equal("PAGE_TOKEN_INVALID");
  });

  it("say how they were found, and keep what was asked for again", async () => {
    const events = [happened("u", "A", 50), happened("u", "B", 60)];
    const query = await projectOf("kept", { events, timezone: "UTC" });
    const steps = [{ event: { type: "A" } }, { event: { type: "B" } }];
    const frame = { range, explain: true, maxStaleness: seconds(60), now: range.to };
    const asked = { frame, funnel: { steps, window: seconds(3_600) } };
    const { rows, info } = await query.queryFunnel(asked);
    expect(info?.plan.map(({ source }) => source)).to.deep.equal(["rollup", "raw"]);
    expect(Number(info?.plan[1]?.rowsRead)).to.be.above(0);
    const again = await query.queryFunnel(asked);
    expect(again.rows).to.deep.equal(rows);
    expect(again.info?.cached).to.equal(true);
  });

  it("are asked for on the command line", async () => {
    const name = "terminal";
    const key = await house.project(name);
    const events = ["AT", "AT", "DE"].flatMap((p, user) => [
      happened(`user-${user}`, "A", 0, { p }),
      ...(user === 0 ? [happened("user-0", "B", 90, { amount: 20 }), happened("user-0", "C", 91)] : []),
    ]);
    await insertEvents(house.clickhouse, house.database, rowsOf(name, { events }));
    const url = house.grpcUrl.replace("http://", "");
    const asked = async (...more: string[]): Promise<string> => {
      const args = [
        "query",
        "funnel",
        "A",
        "B[amount>10]",
        "--from",
        "2024-05-01",
        "--to",
        "2024-05-02",
        ...more,
      ];
      const env = { TIDELINE_URL: url, TIDELINE_KEY: key };
      const { code, stdout, stderr } = await runCommand(
        process.execPath,
        [join(repoRoot, "dist/cli/main.js"), ...args],
        { env, msMax: 30_000 },
      );
      expect(code, stderr).to.equal(0);
      return stdout;
    };
    expect(await asked("--by", "p", "--csv")).to.equal(
      `${[
        "by,step,name,users,share,median_seconds,average_seconds",
        "AT,1,A,2,1,,",
        "AT,2,B[amount>10],1,0.5,90,90",
        "DE,1,A,1,1,,",
        "DE,2,B[amount>10],0,0,,",
      ].join("\n")}\n`,
    );
    const table = await asked("--exclude", "C@1-2", "-i", "hour", "--times", "-w", "2m");
    expect(table).to.match(/2 B\[amount>10\] +1 +33\.3% +90 s +90 s +█{8}/);
    expect(table).to.include("time to convert, average 90 s");
  });

  it("are read in several parts where one would be too large, with the same answer", async () => {
    const small = await openHouse({ env: { TIDELINE_QUERY_RESULT_BYTES: "20000" } });
    try {
      const key = await small.project("parts");
      const events = Array.from({ length: 3_000 }, (_, index) =>
        happened(`user-${index % 1_000}`, ["A", "B", "C"][index % 3] as string, index),
      );
      await insertEvents(small.clickhouse, small.database, rowsOf("parts", { events }));
      const steps = [{ event: {} }, { event: {} }];
      const { rows, info } = await small.client(key).queryFunnel({
        ...{ frame: { range, explain: true }, funnel: { steps } },
      });
      expect(rows[0]?.steps.map(({ users }) => Number(users))).to.deep.equal([1_000, 1_000]);
      expect(info?.plan.length).to.be.above(4);
    } finally {
      await small.stop();
    }
  });

  it("take texts as they are, in conditions and as values, and lists of any length", async () => {
    const odd = 'it\'s \\ "odd"\n\t{x:String}';
    const events = [
      happened("u", "A", 1, { p: odd }),
      happened("v", "A", 1, { p: "plain" }),
      happened("v", "B", 2),
    ];
    const query = await projectOf("odd", { events, timezone: "UTC" });
    const property = { scope: PropertyScope.EVENT, name: "p" };
    const many = Array.from({ length: 999 }, (_, index) => `${index}`.padStart(900, "-"));
    const steps = [
      { event: { type: "A", filters: [{ property, op: FilterOp.EQUALS, values: [...many, odd] }] } },
      { event: { type: "B" } },
    ];
    const { rows } = await query.queryFunnel({
      ...{ frame: { range }, funnel: { steps }, breakdown: { properties: [property] } },
    });
    expect(rows.map(({ breakdown }) => breakdown[0]?.value)).to.deep.equal([odd]);
    expect(rows[0]?.steps.map(({ users }) => Number(users))).to.deep.equal([1, 0]);
  });

  it("refuse what can't be answered, by field", async () => {
    const query = await projectOf("refused", {
      events: [happened("u", "A", 1, { p: "x" })],
      timezone: "UTC",
    });
    const funnel = { steps: [{ event: { type: "A" } }, { event: { type: "B" } }] };
    const property = { scope: PropertyScope.EVENT, name: "p" };
    const isOpen = { property, op: FilterOp.REGEX, values: ["("] };
    for (const [asked, field] of [
      [{}, "funnel"],
      [{ funnel: { steps: [{}] } }, "funnel.steps"],
      [{ funnel: { steps: Array.from({ length: 21 }, () => ({})) } }, "funnel.steps"],
      [{ funnel: { ...funnel, window: { nanos: 5 } } }, "funnel.window"],
      [{ funnel: { ...funnel, window: seconds(367 * 86_400) } }, "funnel.window"],
      [{ funnel: { ...funnel, window: { seconds: 1n, nanos: 1 } } }, "funnel.window"],
      [{ funnel: { ...funnel, exclusions: [{ fromStep: 1, toStep: 1 }] } }, "funnel.exclusions[0].from_step"],
      [{ funnel: { ...funnel, exclusions: [{ fromStep: 0, toStep: 2 }] } }, "funnel.exclusions[0].to_step"],
      [{ funnel, breakdown: { properties: [] } }, "breakdown.properties"],
      [{ funnel, breakdown: { properties: [property], attribution: 3, step: 2 } }, "breakdown.step"],
      [{ funnel, overTime: {} }, "over_time.interval"],
      [{ funnel, overTime: { interval: 4, toStep: 2 } }, "over_time.to_step"],
      [{ funnel, timeToConvert: { fromStep: 1, toStep: 1 } }, "time_to_convert.from_step"],
      [{ funnel, frame: { range: { from: range.to, to: range.from } } }, "frame.range.from"],
      [
        { funnel: { steps: [{}, { event: { filters: [isOpen] } }] }, frame: { range } },
        "funnel.steps[1].event.filters[0].values[0]",
      ],
    ] as const) {
      const refusal = await refusalOf(query.queryFunnel(asked as Asked));
      expect(refusal, field).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message, refusal.message).to.match(
        new RegExp(`^${field.replaceAll(/[[\].]/g, "\\$&")}: `),
      );
    }
    const users = await refusalOf(query.listFunnelUsers({ funnel, lost: true }));
    expect(users.message.startsWith("step: ")).to.equal(true);
  });
});
