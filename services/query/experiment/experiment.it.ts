import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import {
  ExperimentMeasure,
  type QueryExperimentRequestSchema,
} from "../../../gen/ts/tideline/query/v1/experiment_pb.js";
import {
  type Filter,
  FilterOp,
  FilterSchema,
  PropertyScope,
} from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { eventSet, type TestEvent } from "../testing/event-set.js";
import { Persons, passes, valueAt } from "../testing/recount.js";
import { insertEvents } from "../testing/store.js";
import { compareMeans, compareRates } from "./compare.js";

type Asked = MessageInitShape<typeof QueryExperimentRequestSchema>;

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };
const { CONVERSION, COUNT, SUM } = ExperimentMeasure;
const filter = (name: string, op: FilterOp, ...values: string[]): Filter =>
  create(FilterSchema, { property: { scope: PropertyScope.FIELD, name }, op, values });

/** Most visitors have a variant of their own; a few are shown another one as well. */
const events = eventSet({ project: "mine", seed: 21, count: 1_500, fromMs, toMs, firstRawSequence: 1 }).map(
  (event, index) => {
    const own = event.visitor_id.length % 2 === 0 ? "green" : "blue";
    return { ...event, browser: index % 41 === 0 ? "red" : event.browser === "" ? "" : own };
  },
);
const persons = new Persons(events);

/** Per variant the values of each metric, person by person, and who saw several. */
function recount(windowMs: number, common: readonly Filter[], bought: readonly Filter[]) {
  const people = new Map<string, TestEvent[]>();
  for (const event of events) {
    const person = persons.of(event.visitor_id);
    if (person === "" || !common.every((each) => passes(event, each, persons))) continue;
    people.set(person, [...(people.get(person) ?? []), event]);
  }
  const variants = new Map<string, number[][]>();
  let inSeveral = 0;
  for (const own of people.values()) {
    const isShown = ({ type, browser }: TestEvent) => type === "page" && browser !== "";
    const shown = own
      .filter(isShown)
      .sort((a, b) => a.time_ms - b.time_ms || a.sequence - b.sequence || (a.event_id < b.event_id ? -1 : 1));
    const [first] = shown;
    if (first === undefined) continue;
    if (new Set(shown.map(({ browser }) => browser)).size > 1) {
      inSeveral++;
      continue;
    }
    const purchases = own.filter(
      (event) =>
        event.type === "purchase" &&
        bought.every((each) => passes(event, each, persons)) &&
        event.time_ms >= first.time_ms &&
        event.time_ms <= first.time_ms + windowMs,
    );
    const amounts = purchases.map(({ properties }) => {
      const value = valueAt(properties, ["amount"]);
      return value.kind === "number" ? Number(value.text) : 0;
    });
    const values = [
      purchases.length > 0 ? 1 : 0,
      purchases.length,
      amounts.reduce((sum, each) => sum + each, 0),
    ];
    variants.set(first.browser, [...(variants.get(first.browser) ?? []), values]);
  }
  return { variants, inSeveral };
}

describe("experiments", function () {
  this.timeout(60_000);
  let house: House;
  let key: string;

  before(async () => {
    house = await openHouse();
    key = await house.project("mine");
    await house.project("other");
    const foreign = events.map((event) => ({ ...event, project_id: "other" }));
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
  });
  after(() => house?.stop());

  const bought = [filter("device_class", FilterOp.NOT_EQUALS, "mobile")];
  const variant = { scope: PropertyScope.FIELD, name: "browser" };
  const purchase = { type: "purchase", filters: bought };
  const metrics = [
    { name: "buyers", event: purchase, measure: CONVERSION },
    { name: "purchases", event: purchase, measure: COUNT },
    { name: "revenue", event: purchase, measure: SUM, property: { name: "amount" } },
  ];
  const asked: Asked = { frame: { range }, exposure: { type: "page" }, variant, control: "green", metrics };
  const ask = (request: Asked) => house.client(key).queryExperiment(request);

  for (const [name, days, common] of [
    ["to the end of the range", 0, []],
    ["within three days, under a common condition", 3, [filter("country", FilterOp.SET)]],
  ] as const) {
    it(`counts users and what they did after their first exposure, ${name}`, async () => {
      const windowMs = days === 0 ? toMs : days * 86_400_000;
      const window = days === 0 ? {} : { window: { seconds: BigInt(days * 86_400) } };
      const answer = await ask({ ...asked, ...window, frame: { range, filters: [...common] } });
      const { variants, inSeveral } = recount(windowMs, common, bought);
      expect(answer.variants.map((each) => each.name)).to.deep.equal(["green", "blue", "red"]);
      expect(Number(answer.usersInSeveral)).to.equal(inSeveral);
      expect(inSeveral).to.be.greaterThan(0);
      for (const [index, { metric, variants: results }] of answer.results.entries()) {
        expect(metric).to.equal(metrics[index]?.name);
        for (const result of results) {
          const own = variants.get(result.variant) ?? [];
          const values = own.map((each) => each[index] ?? 0);
          const total = values.reduce((sum, each) => sum + each, 0);
          expect(Number(result.users)).to.equal(own.length);
          expect(Number(result.converted)).to.equal(own.filter(([had]) => had === 1).length);
          expect(result.total).to.be.closeTo(total, 1e-6);
          if (own.length > 0) expect(result.mean).to.be.closeTo(total / own.length, 1e-9);
        }
        const [control, blue] = results;
        if (control === undefined || blue === undefined) throw new Error("no results");
        expect(control.comparison).to.equal(undefined);
        const sample = (it: typeof control) => ({
          ...{ users: Number(it.users), mean: it.mean, variance: it.variance },
        });
        const compare = index === 0 ? compareRates : compareMeans;
        expect(blue.comparison).to.deep.include(compare(sample(blue), sample(control), 0.95));
      }
    });
  }

  it("has the variance between users, and says when users are not shared out as planned", async () => {
    const answer = await ask({ ...asked, shares: { green: 1, blue: 1 } });
    const { variants } = recount(toMs, [], bought);
    const sums = (variants.get("blue") ?? []).map((each) => each[2] ?? 0);
    const mean = sums.reduce((sum, each) => sum + each, 0) / sums.length;
    const variance = sums.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (sums.length - 1);
    expect(answer.results[2]?.variants[1]?.variance).to.be.closeTo(variance, 1e-6);
    // Nobody was to see red.
    expect(answer.sampleRatio).to.include({ isMismatch: true, pValue: 0 });
    expect((await ask({ ...asked, shares: {} })).sampleRatio?.degreesOfFreedom).to.equal(2);
    const first = answer.variants[0]?.firstExposure;
    expect(first === undefined ? 0 : timestampMs(first)).to.be.within(fromMs, toMs);
  });

  it("refuses what it can't answer, by field", async () => {
    for (const [request, field] of [
      [{ metrics: [{ name: "sum", measure: SUM }] }, "metrics[0].property: "],
      [{ metrics: [] }, "metrics"],
      [{ confidence: 0.3 }, "confidence: "],
      [{ shares: { blue: 1 } }, "shares: "],
      [{ variant: { scope: PropertyScope.FIELD, name: "event_id" } }, "variant: "],
      [{ control: "" }, "control"],
    ] as const) {
      const refusal = await refusalOf(ask({ ...asked, ...request } as Asked));
      expect(refusal).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
      expect(refusal.message).to.include(field);
    }
  });
});
