import { expect } from "chai";
import { answerType, isTaken } from "./negotiate.js";

const v1 = "application/vnd.schemaregistry.v1+json";
const any = "application/vnd.schemaregistry+json";

describe("the REST face's content negotiation", () => {
  it("answers in what is asked for most, and in its first type where that is left open", () => {
    const cases: readonly (readonly [string | undefined, string | undefined])[] = [
      [undefined, v1],
      ["", v1],
      ["*/*", v1],
      ["application/*", v1],
      ["application/json", "application/json"],
      ["Application/JSON; charset=utf-8", "application/json"],
      ["text/html, image/gif, *; q=.2, */*; q=.2", v1],
      [`application/vnd.schemaregistry.v2+json; q=0.1, ${any}; q=0.9`, any],
      [`${v1}, ${any}, application/json`, v1],
      ["application/json, */*; q=0.1", "application/json"],
      ["application/json, */*", "application/json"],
      [`${v1};q=0, application/*;q=0.5`, any],
      ["text/*", undefined],
      ["application/octet-stream", undefined],
      ["application/vnd.schemaregistry.v2+json", undefined],
      ["*/*;q=0", undefined],
      [",;,", v1],
    ];
    for (const [accept, type] of cases) expect(answerType(accept), String(accept)).to.equal(type);
  });

  it("reads JSON under its names alone", () => {
    const taken = [undefined, "", v1, `${v1}; charset=utf-8`, "APPLICATION/JSON", "application/octet-stream"];
    for (const type of taken) expect(isTaken(type), String(type)).to.equal(true);
    for (const type of ["text/html", "text/plain;application/json", "application/xml", "x"]) {
      expect(isTaken(type), type).to.equal(false);
    }
  });
});
