import { expect } from "chai";
import { seed, seededRandom } from "../../dev/testing/random.js";
import { amountOf, wantedProperty } from "./amount.js";

const amount = (text: string, name = "amount"): number => {
  const bytes = Buffer.from(`xx${text}"amount":7}`);
  return amountOf({ bytes, start: 2, end: 2 + Buffer.byteLength(text) }, wantedProperty(name));
};

/** The same by parsing. */
const parsed = (text: string, name: string): number => {
  const value: unknown = Reflect.get(JSON.parse(text) as object, name);
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
};

describe("amount of properties", () => {
  it("is the number of that name", () => {
    expect(amount('{"amount":12.5}')).to.equal(12.5);
    expect(amount(' { "a" : [1,{"amount":2}] , "amount" : -1e2 , "b":3}')).to.equal(-100);
    expect(amount('{"a":"amount","b":1,"amount":0.1}')).to.equal(0.1);
    expect(amount('{"price \\"net\\"":3}', 'price "net"')).to.equal(3);
    expect(amount('{"größe":4}', "größe")).to.equal(4);
  });

  it("is 0 where there is none or it is no number", () => {
    for (const text of [
      "{}",
      '{"a":1}',
      '{"amount":"12"}',
      '{"amount":null}',
      '{"amount":true}',
      '{"amount":{"amount":1}}',
      '{"amount":[1]}',
      '{"x":{"amount":1}}',
      '{"x":[{"amount":1}]}',
      '{"x":"\\"amount\\":1"}',
      '{"amount":1e999}',
      '{"Amount":1}',
      "",
      '{"amount"',
    ]) {
      expect(amount(text), text).to.equal(0);
    }
  });

  it("is the last of several, whatever way names are written", () => {
    expect(amount('{"amount":1,"amount":2}')).to.equal(2);
    expect(amount('{"amount":1,"amount":"x"}')).to.equal(0);
    expect(amount('{"\\u0061mount":5}')).to.equal(5);
  });

  it(`reads numbers as JSON.parse does (SEED=${seed})`, () => {
    const random = seededRandom();
    const digits = (most: number): string =>
      Array.from({ length: 1 + Math.floor(random() * most) }, () => Math.floor(random() * 10)).join("");
    for (let round = 0; round < 20_000; round++) {
      const whole = digits(12).replace(/^0+(?=\d)/, "");
      const text = `${random() < 0.3 ? "-" : ""}${whole}${random() < 0.7 ? `.${digits(8)}` : ""}${
        random() < 0.1 ? `e${Math.floor(random() * 40) - 20}` : ""
      }`;
      expect(amount(`{"amount":${text}}`), text).to.equal(JSON.parse(text));
    }
  });

  it(`agrees with parsing on random objects (SEED=${seed})`, () => {
    const random = seededRandom();
    const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T;
    const value = (depth: number): unknown => {
      if (depth < 3 && random() < 0.3) return object(depth + 1);
      if (depth < 3 && random() < 0.2) return [value(depth + 1), value(depth + 1)];
      return pick<unknown>(
        1,
        -2.5,
        -0,
        "x".repeat(random() < 0.01 ? 2_000 : 3),
        1e21,
        1e-7,
        "amount",
        'a"b',
        "\\",
        "é\n",
        null,
        true,
        "",
      );
    };
    const object = (depth: number): Record<string, unknown> => {
      const made: Record<string, unknown> = {};
      for (let left = Math.floor(random() * 5); left > 0; left--) {
        made[pick("amount", "a", "amount ", 'am"ount', "", "\\", "ü")] = value(depth);
      }
      return made;
    };
    for (let round = 0; round < 5_000; round++) {
      const name = pick("amount", 'am"ount', "\\", "", "ü");
      const text = JSON.stringify(object(0), undefined, pick(0, 1));
      expect(amount(text, name), text).to.equal(parsed(text, name));
    }
  });
});
