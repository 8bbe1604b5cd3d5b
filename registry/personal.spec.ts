import { expect } from "chai";
import { parseAvro } from "./avro/parse.js";
import { personalInAvro } from "./personal.js";

const f = (name: string, type: unknown, pii?: string) => ({
  name,
  type,
  ...(pii === undefined ? {} : { pii }),
});
const record = (name: string, ...fields: object[]) => ({ type: "record", name, fields });
const ways = (schema: unknown): string[] =>
  personalInAvro(parseAvro({ text: JSON.stringify(schema), references: [] }).type).map(
    ({ path, class: its }) => `${path.join(".")}: ${its}`,
  );

describe("personal fields of an Avro record", () => {
  it("are found in every part", () => {
    const person = record("Person", f("email", "string", "email"), f("age", "int"));
    expect(
      ways(
        record("R", f("p", person), f("l", { type: "array", items: "Person" }), f("u", ["null", "Person"])),
      ),
    ).to.deep.equal(["p.email: email", "l.*.email: email", "u.email: email"]);
    expect(ways(record("R", f("a", "int", "none"), f("b", "string")))).to.deep.equal([]);
  });

  it("are found in records within themselves, as wholes where they go on", () => {
    const list = record("N", f("email", "string", "email"), f("next", ["null", "N"]));
    expect(ways(list)).to.deep.equal([
      "email: email",
      "next.email: email",
      "next.next.email: email",
      "next.next.next: personal",
    ]);
  });

  it("are found in bounded time, or everything is personal", () => {
    const began = performance.now();
    const names = Array.from({ length: 12 }, (_, n) => `R${n}`);
    const mesh = (pii?: string) =>
      record(
        "R0",
        ...Array.from({ length: 60 }, (_, n) => f(`f${n}`, ["null", "R0"])),
        ...names
          .slice(1)
          .map((name) => f(name, record(name, ...names.slice(0, 1).map((to) => f(to, ["null", to]))))),
        f("email", "string", pii),
      );
    expect(ways(mesh())).to.deep.equal([]);
    expect(ways(mesh("email"))).to.deep.equal(["*: personal"]);
    expect(performance.now() - began).to.be.below(1_000);
  });
});
