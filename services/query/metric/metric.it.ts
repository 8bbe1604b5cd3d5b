import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { Scope } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import {
  type DefineMetricRequestSchema,
  MetricKind,
  VisitFigure,
} from "../../../gen/ts/tideline/query/v1/metric_pb.js";
import { FilterOp, Interval, PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { TrendDisplay, TrendMath } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { eventSet } from "../testing/event-set.js";
import { insertEvents } from "../testing/store.js";

type Definition = NonNullable<MessageInitShape<typeof DefineMetricRequestSchema>["definition"]>;

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };
const frame = { range };
const country = { name: "country", property: { scope: PropertyScope.FIELD, name: "country" } };
const amount = { name: "amount" };

const share: Definition = {
  name: "mobile_share",
  kind: MetricKind.RATIO,
  unit: "%",
  description: "Purchases on phones, of all.",
  source: {
    case: "trend",
    value: {
      series: [
        { event: { type: "purchase" } },
        {
          event: {
            type: "purchase",
            filters: [
              {
                property: { scope: PropertyScope.FIELD, name: "device_class" },
                op: FilterOp.EQUALS,
                values: ["mobile"],
              },
            ],
          },
        },
      ],
      formula: "B / A * 100",
    },
  },
  dimensions: [country],
};

describe("metrics", function () {
  this.timeout(60_000);
  let house: House;
  let key: string;
  let otherKey: string;
  const events = eventSet({ project: "mine", seed: 21, count: 900, fromMs, toMs, firstRawSequence: 1 });

  before(async () => {
    house = await openHouse();
    const scopes = [Scope.QUERY, Scope.ADMIN];
    key = await house.project("mine", { timeZone: "Europe/Vienna" }, scopes);
    otherKey = await house.project("other", { amountProperty: "total.net" }, scopes);
    await insertEvents(house.clickhouse, house.database, events);
  });
  after(() => house?.stop());

  const client = (own = key) => house.client(own);

  it("are there for every project, ready-made", async () => {
    const { metrics, nextPageToken } = await client().listMetrics({});
    expect(metrics.map(({ definition, version }) => [definition?.name, version])).to.deep.equal(
      [
        "active_sessions",
        "average_order_value",
        "conversion_rate",
        "dau",
        "events_by_country",
        "mau",
        "revenue",
        "wau",
      ].map((name) => [name, 0]),
    );
    expect(nextPageToken).to.equal("");
    for (const { definition } of metrics) {
      // They pass what is asked of those that are defined.
      const name = `own_${definition?.name}`;
      if (definition !== undefined)
        await client(otherKey).defineMetric({ definition: { ...definition, name } });
    }
  });

  it("are what the same trend is", async () => {
    const trend = (series: object[], formulas: string[] = []) =>
      client().queryTrend({ frame, series: series as never, formulas });
    const isSet = { property: amount, op: FilterOp.SET };
    const asked = {
      revenue: await trend([{ math: TrendMath.SUM, property: amount }]),
      average_order_value: await trend([{ math: TrendMath.AVG, property: amount }]),
      dau: await trend([{ math: TrendMath.UNIQUE_USERS }]),
      wau: await trend([{ math: TrendMath.WEEKLY_ACTIVE }]),
      mau: await trend([{ math: TrendMath.MONTHLY_ACTIVE }]),
      conversion_rate: await trend(
        [{ math: TrendMath.UNIQUE_USERS }, { event: { filters: [isSet] }, math: TrendMath.UNIQUE_USERS }],
        ["B / A * 100"],
      ),
    };
    for (const [name, expected] of Object.entries(asked)) {
      const { answer, metric } = await client().queryMetric({ name, frame });
      expect(answer?.lines, name).to.deep.equal(expected.lines);
      expect(expected.lines[0]?.total?.value, name).to.be.greaterThan(0);
      expect(metric?.definition?.name).to.equal(name);
    }
    const { answer } = await client().queryMetric({
      name: "events_by_country",
      frame,
      interval: Interval.WEEK,
    });
    const { lines } = await client().queryTrend({
      frame,
      series: [{}],
      interval: Interval.WEEK,
      breakdown: [{ property: country.property }],
    });
    expect(answer?.lines).to.deep.equal(lines);
    const whole = await client().queryMetric({ name: "events_by_country", frame, noDimensions: true });
    expect(whole.answer?.lines.length).to.equal(1);
  });

  it("can be of visits", async () => {
    const { total, values } = await client().querySessions({ frame, interval: Interval.DAY });
    const { answer } = await client().queryMetric({ name: "active_sessions", frame });
    const [line] = answer?.lines ?? [];
    expect(line?.total?.value).to.equal(Number(total?.visits));
    expect(line?.values.map(({ value }) => value)).to.deep.equal(values.map(({ visits }) => Number(visits)));
    const definition: Definition = {
      name: "bounces",
      kind: MetricKind.RATIO,
      source: { case: "visits", value: { figure: VisitFigure.BOUNCE_RATE } },
      dimensions: [country],
    };
    await client().defineMetric({ definition });
    const display = TrendDisplay.TOTAL;
    const bounces = await client().queryMetric({ name: "bounces", frame, dimensions: ["country"], display });
    expect(bounces.answer?.lines.length).to.be.greaterThan(1);
    const refused = await refusalOf(client().queryMetric({ name: "bounces", frame, comparison: {} }));
    expect(refused.message).to.match(/^comparison: /);
  });

  it("are kept in versions, and answer at once of what was before", async () => {
    const first = await client().defineMetric({ definition: share });
    expect(first.metric?.version).to.equal(1);
    const { answer } = await client().queryMetric({ name: "mobile_share", frame, dimensions: ["country"] });
    expect(answer?.lines.length).to.be.greaterThan(1);
    const same = await client().defineMetric({ definition: share });
    expect(same.metric).to.deep.equal(first.metric);
    const changed = { ...share, unit: "percent" };
    expect((await client().defineMetric({ definition: changed, baseVersion: 1 })).metric?.version).to.equal(
      2,
    );
    const late = refusalOf(client().defineMetric({ definition: { ...share, unit: "1" }, baseVersion: 1 }));
    expect(await late).to.include({ code: "FAILED_PRECONDITION", reason: "METRIC_CHANGED" });
    const old = await client().getMetric({ name: "mobile_share", version: 1 });
    expect([old.metric?.definition?.unit, old.metric?.deleted]).to.deep.equal(["%", false]);
    expect((await client().getMetric({ name: "mobile_share" })).metric?.definition?.unit).to.equal("percent");
    expect((await client().deleteMetric({ name: "mobile_share" })).metric?.version).to.equal(2);
    expect((await refusalOf(client().queryMetric({ name: "mobile_share" }))).reason).to.equal(
      "METRIC_NOT_FOUND",
    );
    expect((await client().getMetric({ name: "mobile_share", version: 2 })).metric?.deleted).to.equal(true);
    expect((await client().defineMetric({ definition: share })).metric?.version).to.equal(3);
  });

  it("of ten who change one at once, one each time", async () => {
    const changes = Array.from({ length: 10 }, (_change, index) =>
      client().defineMetric({ definition: { ...share, name: "raced", unit: String(index) } }),
    );
    const versions = (await Promise.all(changes)).map(({ metric }) => metric?.version ?? 0);
    expect(versions.sort((a, b) => a - b)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("take a ready-made one's place, and give it back", async () => {
    await client().defineMetric({ definition: { ...share, name: "dau" } });
    expect((await client().getMetric({ name: "dau" })).metric?.version).to.equal(1);
    const { metrics } = await client().listMetrics({});
    expect(
      metrics.filter(({ definition }) => definition?.name === "dau").map((it) => it.version),
    ).to.deep.equal([1]);
    await client().deleteMetric({ name: "dau" });
    expect((await client().getMetric({ name: "dau" })).metric?.version).to.equal(0);
    expect((await refusalOf(client().deleteMetric({ name: "dau" }))).reason).to.equal("METRIC_NOT_FOUND");
  });

  it("are the project's alone, and read its amount property", async () => {
    await client().defineMetric({ definition: { ...share, name: "theirs" } });
    const others = client(otherKey);
    for (const call of [
      others.getMetric({ name: "theirs" }),
      others.queryMetric({ name: "theirs" }),
      others.deleteMetric({ name: "theirs" }),
    ]) {
      expect((await refusalOf(call)).reason).to.equal("METRIC_NOT_FOUND");
    }
    const { metric } = await others.getMetric({ name: "revenue" });
    const { source } = metric?.definition ?? {};
    const [series] = source?.case === "trend" ? source.value.series : [];
    expect(series?.property?.name).to.equal("total\\.net");
  });

  it("are listed page by page", async () => {
    const names: string[] = [];
    let pageToken = "";
    do {
      const page = await client(otherKey).listMetrics({ pageSize: 3, pageToken });
      names.push(...page.metrics.map(({ definition }) => definition?.name ?? ""));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(names.length).to.equal(16);
    expect(names).to.deep.equal([...names].sort());
  });

  it("are refused where they can't be asked for, by field", async () => {
    const trend = (value: object): Definition["source"] => ({ case: "trend", value }) as Definition["source"];
    const bad = { property: { scope: PropertyScope.FIELD, name: "no_such" } };
    const pattern = { property: country.property, op: FilterOp.REGEX, values: ["("] };
    const definitions: readonly (readonly [object, string])[] = [
      [{ name: "Big" }, "definition.name"],
      [{ kind: 0 }, "definition.kind"],
      [{ source: { case: undefined } }, "definition"],
      [{ source: trend({ series: [{}, {}] }) }, "definition.trend.formula"],
      [{ source: trend({ series: [{}], formula: "A +" }) }, "definition.trend.formula"],
      [{ source: trend({ series: [{ math: TrendMath.SUM }] }) }, "definition.trend.series[0].property"],
      [{ source: trend({ series: [{}] }) }, "definition.kind"],
      [{ dimensions: [{ name: "x", ...bad }] }, "definition.dimensions[0].property.name"],
      [{ dimensions: [country, country] }, "definition.dimensions[1].name"],
      [{ defaultDimensions: ["age"] }, "definition.default_dimensions[0]"],
      [{ filters: [{ ...bad, op: FilterOp.SET }] }, "definition.filters[0].property.name"],
      [{ filters: [pattern] }, "definition.filters[0].values[0]"],
      [
        { source: trend({ series: [{ event: { filters: [pattern] } }], formula: "A" }) },
        "definition.trend.series[0].event.filters[0].values[0]",
      ],
    ];
    for (const [change, field] of definitions) {
      const definition = { ...share, name: "bad", ...change } as Definition;
      const refusal = await refusalOf(client().defineMetric({ definition }));
      expect(refusal, field).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message, field).to.satisfy((text: string) => text.startsWith(field));
    }
    const unknown = await refusalOf(client().queryMetric({ name: "revenue", dimensions: ["age"] }));
    expect(unknown.message).to.match(/^dimensions\[0\]: /);
  });

  it("are changed by an admin's key alone", async () => {
    const reader = await house.project("third");
    const refusal = await refusalOf(client(reader).defineMetric({ definition: share }));
    expect(refusal).to.include({ code: "PERMISSION_DENIED", reason: "SCOPE_MISSING" });
  });
});
