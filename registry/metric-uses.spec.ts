import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect } from "chai";
import { type MetricDefinition, MetricDefinitionSchema } from "../gen/ts/tideline/query/v1/metric_pb.js";
import { FilterOp, PropertyScope } from "../gen/ts/tideline/query/v1/question_pb.js";
import { type FieldKind, plain, time } from "./field-kinds/field-kind.js";
import { metricUses } from "./metric-uses.js";

type Init = MessageInitShape<typeof MetricDefinitionSchema>;

const metric = (init: Init): MetricDefinition => create(MetricDefinitionSchema, init);
const trend = (...series: object[]): NonNullable<Init["source"]> => ({ case: "trend", value: { series } });
const kinds = (said: Readonly<Record<string, FieldKind>>) => new Map(Object.entries(said));
const isSet = (name: string, scope = PropertyScope.EVENT) => ({
  property: { scope, name },
  op: FilterOp.SET,
});

async function uses(definitions: readonly MetricDefinition[], before: object, after: object) {
  const all = definitions.map((definition, index) => ({
    ...{ definition, version: index + 1, createTime: new Date(0), deleted: false },
  }));
  const store = {
    list: async (_project: string, page: { after: string; limit: number }) =>
      all.filter(({ definition }) => definition.name > page.after).slice(0, page.limit),
  };
  const change = {
    type: "purchase",
    before: kinds(before as Record<string, FieldKind>),
    after: kinds(after as Record<string, FieldKind>),
  };
  const found = await metricUses(store, "mine", change);
  return found.map(({ name, path, before: was, after: is }) => `${name} ${path} ${was} > ${is}`);
}

describe("metrics that read what a schema changes", () => {
  const revenue = metric({
    name: "revenue",
    source: trend({ event: { type: "purchase" }, property: { name: "amount" } }),
    dimensions: [{ name: "city", property: { name: "to.city" } }],
  });

  it("are told with the property, what it was and what it would be", async () => {
    const before = { amount: plain.number, "to.city": plain.text, size: plain.integer };
    expect(await uses([revenue], before, before)).to.deep.equal([]);
    const after = { amount: plain.text, size: plain.text };
    expect(await uses([revenue], before, after)).to.deep.equal([
      "revenue amount number > text",
      "revenue to.city text > ",
    ]);
    expect(await uses([revenue], { amount: time("text") }, { amount: plain.integer })).to.deep.equal([
      "revenue amount time > integer",
    ]);
    expect(await uses([revenue], { amount: plain.integer }, { amount: plain.number })).to.deep.equal([]);
    // Of what was not said nothing is taken away.
    expect(await uses([revenue], {}, after)).to.deep.equal([]);
  });

  it("are those whose events are of the type, or of any", async () => {
    const other = metric({
      name: "a",
      source: trend({ event: { type: "page" }, property: { name: "amount" } }),
    });
    const any = metric({ name: "b", source: trend({ property: { name: "amount" } }) });
    const filtered = metric({ name: "c", source: trend({}), filters: [isSet("amount")] });
    const field = metric({ name: "d", source: trend({}), filters: [isSet("amount", PropertyScope.FIELD)] });
    const visits = metric({
      name: "e",
      source: {
        case: "visits",
        value: { event: { type: "purchase", filters: [isSet("amount")] }, figure: 1 },
      },
    });
    expect(await uses([other, any, filtered, field, visits], { amount: plain.number }, {})).to.deep.equal([
      "b amount number > ",
      "c amount number > ",
      "e amount number > ",
    ]);
  });

  it("are told where what they look into is gone, on any page", async () => {
    const many = Array.from({ length: 250 }, (_metric, index) =>
      metric({ name: `m${String(index).padStart(3, "0")}`, source: trend({}), filters: [isSet("cart")] }),
    );
    const found = await uses(many, { "cart.total": plain.number }, {});
    expect(found.length).to.equal(250);
    expect(found[0]).to.equal("m000 cart object > ");
  });
});
