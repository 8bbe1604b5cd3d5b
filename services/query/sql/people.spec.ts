import { expect } from "chai";
import { chainsOf } from "./people.js";

const chains = (links: Record<string, string>) =>
  Object.fromEntries(chainsOf(new Map(Object.entries(links))));

describe("links from user to user", () => {
  it("are followed to their end", () => {
    expect(chains({ a: "b", b: "c", x: "c" })).to.deep.equal({ a: "c", b: "c", x: "c" });
    expect(chains({})).to.deep.equal({});
  });

  it("that lead in a circle are one person, by the least id, whoever is asked first", () => {
    const circle = { a: "a2", c: "b", b: "d", d: "c" };
    expect(chains({ ...circle, z: "d", a: "c" })).to.deep.equal({ a: "b", b: "b", c: "b", d: "b", z: "b" });
    expect(chains({ z: "d", d: "c", c: "b", b: "d" })).to.deep.equal({ b: "b", c: "b", d: "b", z: "b" });
    expect(chains({ a: "a" })).to.deep.equal({ a: "a" });
  });

  it("may be long", () => {
    const links = new Map(Array.from({ length: 3_000 }, (_, index) => [`u${index}`, `u${index + 1}`]));
    expect(new Set(chainsOf(links).values())).to.deep.equal(new Set(["u3000"]));
  });
});
