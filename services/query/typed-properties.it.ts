// Properties of registered kinds on real engines: values that versions stored in different forms, recounted here.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type {
  ListEventsRequestSchema,
  QueryMetricsRequestSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation, FilterOp, PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { type House, openHouse } from "../../tests/query/house.js";
import { registerSchema } from "../../tests/support/schemas.js";
import { eventSet, seeded, type TestEvent } from "./testing/event-set.js";
import { insertEvents } from "./testing/store.js";

type MetricsInit = MessageInitShape<typeof QueryMetricsRequestSchema>;
type PageInit = MessageInitShape<typeof ListEventsRequestSchema>;

const seed = Number(process.env["SEED"] ?? 7);
const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };
const type = "order";

const object = (properties: object) => ({
  kind: SchemaKind.JSON_SCHEMA,
  text: JSON.stringify({ type: "object", properties }),
});
const first = object({ amount: { type: "string" }, count: { type: "string" }, gift: { type: "string" } });
const second = object({
  amount: { type: "number" },
  count: { type: ["integer", "null"] },
  gift: { type: "boolean" },
  paid: { type: "integer", logicalType: "timestamp-millis" },
  due: { type: "string", format: "date-time" },
  day: { type: "string", format: "date" },
  "odd 'name'": { type: "number" },
  box: { type: "object", properties: { "net.weight": { type: "number" } } },
});

/** What an event means, whatever form it is stored in; undefined where it has no such value. */
interface Meant {
  readonly id: string;
  readonly count: bigint | undefined;
  readonly amount: number;
  readonly gift: boolean;
  readonly ms: number;
  readonly json: string;
}

/** Events of both versions, and of senders that follow none. */
function meantEvents(): Meant[] {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  return Array.from({ length: 400 }, (_, index) => {
    const count = pick([0n, 5n, -3n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n, undefined]);
    const amount = pick([0, 5, 5.5, -2.25, 1e21, 100]);
    const gift = random() < 0.5;
    // Seconds as well, so that several events have one time in several forms.
    const ms = Date.UTC(2026, 9, 30) + Math.floor(random() * 200) * 1_800_000 + pick([0, 0, 250]);
    const iso = new Date(ms).toISOString();
    const zoned = `${new Date(ms + 19_800_000).toISOString().slice(0, -1)}+05:30`;
    const times = [JSON.stringify(iso), JSON.stringify(zoned), String(ms), `"${ms}"`];
    const wholes = count === undefined ? ["null", '"many"', "[1]"] : [String(count), `"${count}"`];
    const fractions = [
      JSON.stringify(amount),
      `"${amount}"`,
      `"${amount === 1e21 ? "1e21" : amount.toFixed(3)}"`,
    ];
    const parts = [
      `"count":${pick(wholes)}`,
      `"amount":${pick(fractions)}`,
      `"gift":${pick(gift ? ["true", '"true"', '"True"', "1", '"1"'] : ["false", '"false"', "0", '"0"'])}`,
      `"paid":${pick(times)}`,
      `"due":${pick(ms % 1_000 === 0 ? [...times, String(ms / 1_000)] : times)}`,
      `"day":"${iso.slice(0, 10)}"`,
      `"odd 'name'":${pick(fractions)}`,
      `"box":{"net.weight":${pick(fractions)}}`,
    ];
    return { id: `t-${index}`, count, amount, gift, ms, json: `{${parts.join(",")}}` };
  });
}

describe("properties of registered kinds", function () {
  this.timeout(90_000);
  let house: House;
  let key: string;
  const meant = meantEvents();

  before(async () => {
    house = await openHouse();
    key = await house.project("typed", { timeZone: "Europe/Vienna" });
    const shells = eventSet({ project: "typed", seed, count: 400, fromMs, toMs, firstRawSequence: 1 });
    const events = meant.map(
      (event, index): TestEvent => ({
        ...(shells[index] as TestEvent),
        event_id: event.id,
        type,
        is_system: false,
        properties: event.json,
      }),
    );
    await insertEvents(house.clickhouse, house.database, events);
  });
  after(() => house?.stop());

  const metrics = (request: MetricsInit) =>
    house
      .client(key)
      .queryMetrics({ aggregation: Aggregation.COUNT, type, range, ...request } as MetricsInit);
  const idsOf = async (filters: PageInit["filters"]): Promise<string[]> => {
    const { events } = await house
      .client(key)
      .listEvents({ type, range, pageSize: 1_000, filters } as PageInit);
    return events.map(({ eventId }) => eventId);
  };
  const filter = (name: string, op: FilterOp, ...values: string[]) => ({
    property: { scope: PropertyScope.EVENT, name },
    op,
    values,
  });
  const total = async (request: MetricsInit): Promise<number | undefined> =>
    (await metrics(request)).series[0]?.total?.value;
  const register = (input: typeof first) =>
    registerSchema(house.pool, { projectId: "typed", subject: type, ...input });
  const property = (name: string) => ({ scope: PropertyScope.EVENT, name });

  /** Asks until what a filter passes is what is meant, and checks both methods. */
  async function passes(
    filters: ReturnType<typeof filter>,
    isMeant: (event: Meant) => boolean,
  ): Promise<void> {
    const said = JSON.stringify(filters.values) + filters.property.name + FilterOp[filters.op];
    const expected = meant.filter(isMeant).map(({ id }) => id);
    expect(await idsOf([filters]), `SEED=${seed} ${said}`).to.have.members(expected);
    expect(await total({ filters: [filters] }), said).to.equal(expected.length);
  }

  it("are read by what each value happens to be where nothing is registered", async () => {
    const texts = meant.filter(({ json }) => /"amount":"/.test(json));
    const numbers = meant.filter(({ json }) => !/"amount":"/.test(json));
    expect(texts.length).to.be.above(100);
    expect(await total({ aggregation: Aggregation.MAX, property: property("amount") })).to.equal(1e21);
    const counted = await idsOf([filter("amount", FilterOp.GREATER, "-100")]);
    expect(counted).to.have.members(numbers.map(({ id }) => id));
    expect(await idsOf([filter("amount", FilterOp.EQUALS, "5.0")])).to.deep.equal([]);
  });

  it("are read anew within a second of a new version, and no kept answer outlives it", async () => {
    await register(first);
    // Until it is seen: an answer that is kept before that is another question's.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const question: MetricsInit = {
      filters: [filter("amount", FilterOp.GREATER, "-100")],
      maxStaleness: { seconds: 600n, nanos: 0 },
    };
    const before = await total(question);
    expect(before).to.be.below(meant.length);
    expect((await metrics(question)).info?.cached).to.equal(true);
    await register(second);
    const since = performance.now();
    while ((await total(question)) === before && performance.now() - since < 5_000)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(performance.now() - since).to.be.below(1_500);
    expect(await total(question)).to.equal(meant.length);
  });

  it("compare numbers as numbers, also those that are stored as texts, and lose no digit", async () => {
    const big = 2n ** 53n;
    await passes(filter("count", FilterOp.EQUALS, String(big + 1n)), ({ count }) => count === big + 1n);
    await passes(
      filter("count", FilterOp.GREATER, String(big)),
      ({ count }) => count !== undefined && count > big,
    );
    await passes(
      filter("count", FilterOp.LESS_OR_EQUAL, String(big)),
      ({ count }) => count !== undefined && count <= big,
    );
    await passes(
      filter("count", FilterOp.EQUALS, "5.0", "18446744073709551615"),
      ({ count }) => count === 5n || count === 2n ** 64n - 1n,
    );
    await passes(filter("count", FilterOp.NOT_EQUALS, "5"), ({ count }) => count !== 5n);
    for (const name of ["amount", "odd 'name'", "box.net\\.weight"]) {
      if (name !== "amount") {
        expect((await idsOf([filter(name, FilterOp.GREATER, "-100")])).length, name).to.equal(meant.length);
        continue;
      }
      await passes(filter(name, FilterOp.EQUALS, "5.00"), ({ amount }) => amount === 5);
      await passes(
        filter(name, FilterOp.EQUALS, "5.5", "1e21"),
        ({ amount }) => amount === 5.5 || amount === 1e21,
      );
      await passes(filter(name, FilterOp.GREATER_OR_EQUAL, "5.5"), ({ amount }) => amount >= 5.5);
      await passes(filter(name, FilterOp.LESS, "0", "-100"), ({ amount }) => amount < 0);
    }
    const least = { aggregation: Aggregation.MIN, property: property("amount") };
    expect(await total(least)).to.equal(-2.25);
    const small = [filter("amount", FilterOp.LESS, "1000")];
    const sum = meant.filter(({ amount }) => amount < 1000).reduce((all, { amount }) => all + amount, 0);
    expect(
      await total({ aggregation: Aggregation.SUM, property: property("amount"), filters: small }),
    ).to.equal(sum);
    const answer = await metrics({ breakdown: [property("amount")] });
    const totals = answer.series.map(({ breakdown, total: one }) => [breakdown[0]?.value, one?.value]);
    const amounts = [...new Set(meant.map(({ amount }) => amount))];
    const recounted = amounts.map((amount) => [
      String(amount).replace("e+", "e"),
      meant.filter((event) => event.amount === amount).length,
    ]);
    expect(totals).to.have.deep.members(recounted);
  });

  it("take the forms of true and false for one another", async () => {
    await passes(filter("gift", FilterOp.EQUALS, "true"), ({ gift }) => gift);
    await passes(filter("gift", FilterOp.EQUALS, "0"), ({ gift }) => !gift);
    await passes(filter("gift", FilterOp.NOT_EQUALS, "False"), ({ gift }) => gift);
    const { series } = await metrics({ breakdown: [property("gift")] });
    expect(series.map(({ breakdown }) => breakdown[0]?.value)).to.have.members(["true", "false"]);
    const share = await total({ aggregation: Aggregation.AVG, property: property("gift") });
    expect(share).to.be.closeTo(meant.filter(({ gift }) => gift).length / meant.length, 1e-12);
  });

  it("compare, break down and aggregate times as times, whatever form they are stored in", async () => {
    const noon = Date.parse("2026-11-01T12:00:00Z");
    // In Vienna the first of November begins at 23:00 of the day before.
    const midnight = Date.parse("2026-10-31T23:00:00Z");
    const one = meant.find(({ ms }) => ms % 1_000 === 250)?.ms ?? 0;
    for (const name of ["paid", "due"]) {
      await passes(filter(name, FilterOp.GREATER, "2026-11-01T12:00:00Z"), ({ ms }) => ms > noon);
      await passes(filter(name, FilterOp.LESS_OR_EQUAL, "2026-11-01T17:30:00+05:30"), ({ ms }) => ms <= noon);
      await passes(filter(name, FilterOp.GREATER_OR_EQUAL, "2026-11-01"), ({ ms }) => ms >= midnight);
      await passes(filter(name, FilterOp.LESS, "2026-11-01 13:00"), ({ ms }) => ms < noon);
      await passes(filter(name, FilterOp.EQUALS, new Date(one).toISOString()), ({ ms }) => ms === one);
      await passes(filter(name, FilterOp.NOT_EQUALS, new Date(one).toISOString()), ({ ms }) => ms !== one);
      const times = meant.map(({ ms }) => ms);
      const at = { property: property(name) };
      expect(await total({ aggregation: Aggregation.MIN, ...at })).to.equal(Math.min(...times));
      expect(await total({ aggregation: Aggregation.MAX, ...at })).to.equal(Math.max(...times));
      const mean = times.reduce((all, ms) => all + ms, 0) / times.length;
      expect(await total({ aggregation: Aggregation.AVG, ...at })).to.be.closeTo(mean, 1);
      expect(await total({ aggregation: Aggregation.UNIQUE_VALUES, ...at })).to.equal(new Set(times).size);
      const { series } = await metrics({ breakdown: [property(name)], limit: 1_000 });
      const shown = series.map(({ breakdown, total: all }) => [breakdown[0]?.value, all?.value]);
      const recounted = [...new Set(times)].map((ms) => [
        new Date(ms).toISOString().replace(".000Z", "Z"),
        times.filter((other) => other === ms).length,
      ]);
      expect(shown, name).to.have.deep.members(recounted);
    }
    await passes(filter("paid", FilterOp.GREATER, String(noon)), ({ ms }) => ms > noon);
    await passes(
      filter("day", FilterOp.EQUALS, "2026-11-01"),
      ({ ms }) => ms >= noon - 43_200_000 && ms < noon + 43_200_000,
    );
    await passes(filter("day", FilterOp.LESS, "2026-11-01"), ({ ms }) => ms < noon - 43_200_000);
  });

  it("read times of any year, zone and fraction, and nothing that is none", async () => {
    const cases: [stored: string, shown: string, isTime: boolean][] = [
      ['"9999-12-31T23:59:59Z"', "9999-12-31T23:59:59Z", true],
      ['"0001-01-01T00:00:00Z"', "0001-01-01T00:00:00Z", true],
      ['"1969-12-31T23:59:59.5Z"', "1969-12-31T23:59:59.500Z", true],
      ['"2024-02-29T12:00:00.123456789-0330"', "2024-02-29T15:30:00.123456789Z", true],
      ['"2024-02-29 12:00"', "2024-02-29T12:00:00Z", true],
      ['"2000-03-01"', "2000-03-01T00:00:00Z", true],
      ["1764547200", "2025-12-01T00:00:00Z", true],
      ["1764547200.25", "2025-12-01T00:00:00.250Z", true],
      ["-1764547200000", "1914-02-01T00:00:00Z", true],
      ["1764547200123456789", "2025-12-01T00:00:00.123456789Z", true],
      ['"1764547200000001"', "2025-12-01T00:00:00.000001Z", true],
      ["5", "5", false],
      ["1e300", "1e300", false],
      ['"2024-13-01"', "2024-13-01", false],
      ['"soon"', "soon", false],
      ["true", "true", false],
    ];
    const [shell] = eventSet({ project: "typed", seed, count: 1, fromMs, toMs, firstRawSequence: 9_000 });
    const edges = cases.map(
      ([stored], index): TestEvent => ({
        ...(shell as TestEvent),
        event_id: `edge-${index}`,
        raw_index: index,
        type: "edge",
        is_system: false,
        properties: `{"due":${stored}}`,
      }),
    );
    await insertEvents(house.clickhouse, house.database, edges);
    await registerSchema(house.pool, { projectId: "typed", subject: "edge", ...second });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const { series } = await metrics({ type: "edge", breakdown: [property("due")] });
    const shown = series.map(({ breakdown }) => breakdown[0]?.value);
    expect(shown).to.have.members(cases.map(([, text]) => text));
    const count = (op: FilterOp, value: string) =>
      total({ type: "edge", filters: [filter("due", op, value)] });
    const times = cases.filter(([, , isTime]) => isTime).length;
    expect(await count(FilterOp.GREATER_OR_EQUAL, "0001-01-01T00:00:00Z")).to.equal(times);
    expect(await count(FilterOp.EQUALS, "9999-12-31T23:59:59Z")).to.equal(1);
    expect(await count(FilterOp.EQUALS, "2025-12-01T00:00:00.123456789Z")).to.equal(1);
    expect(await count(FilterOp.EQUALS, "2025-12-01T00:00:00.123456788Z")).to.equal(0);
  });

  it("are asked for by as many conditions as a question may have", async () => {
    const since = filter("due", FilterOp.GREATER, "2020-01-01");
    const filters = Array.from({ length: 50 }, () => since);
    const request = { filters, breakdown: [property("due"), property("paid")] };
    const answer = await metrics({ ...request, aggregation: Aggregation.MAX, property: property("due") });
    expect(answer.series.length).to.be.above(0);
    expect(await idsOf(filters)).to.have.length(meant.length);
  });

  it("refuse what is none of their kind, and name the field and the kind", async () => {
    const cases: [MetricsInit, field: string, rule: string][] = [
      [{ filters: [filter("amount", FilterOp.EQUALS, "5", "five")] }, "filters[0].values[1]", "number"],
      [{ filters: [filter("count", FilterOp.LESS, "")] }, "filters[0].values[0]", "integer"],
      [{ filters: [filter("gift", FilterOp.EQUALS, "yes")] }, "filters[0].values[0]", "boolean"],
      [{ filters: [filter("gift", FilterOp.LESS, "1")] }, "filters[0].op", "boolean"],
      [{ filters: [filter("paid", FilterOp.LESS, "2026-02-30")] }, "filters[0].values[0]", "time"],
      [{ filters: [filter("due", FilterOp.EQUALS, "1764547200")] }, "filters[0].values[0]", "time"],
      [{ aggregation: Aggregation.SUM, property: property("paid") }, "aggregation", "time"],
    ];
    for (const [request, field, rule] of cases) {
      const refusal = await metrics(request).then(
        () => expect.fail(`${field} was not refused`),
        (error: unknown) => ConnectError.from(error),
      );
      const [detail] = refusal.findDetails(FaultDetailSchema);
      expect(detail?.reason, field).to.equal(FaultReason.REQUEST_INVALID);
      expect(detail?.facts).to.include({ field, rule });
    }
    const hostile = "2026-11-01'; DROP TABLE events; --";
    const refused = await metrics({ filters: [filter("paid", FilterOp.LESS, hostile)] }).catch(
      ConnectError.from,
    );
    expect(refused).to.be.instanceOf(ConnectError);
  });

  it("are asked for by the type that a question names alone", async () => {
    const any = { type: "", filters: [filter("amount", FilterOp.EQUALS, "5.000")] };
    expect(await total(any)).to.equal(meant.filter(({ json }) => json.includes('"amount":"5.000"')).length);
  });
});
