import { expect } from "chai";
import { Fault } from "./fault.js";
import { decodePageToken, encodePageToken } from "./page-token.js";

describe("page token", () => {
  it("gives back the key it was made of, for the same request", () => {
    const token = encodePageToken("ListProjects", ["Übung", "7"]);
    expect(decodePageToken("ListProjects", token, 2)).to.deep.equal(["Übung", "7"]);
  });

  it("reads the empty token as the first page", () => {
    expect(decodePageToken("ListProjects", "", 2)).to.equal(undefined);
  });

  it("refuses what was made for another request, of another length, or by another hand", () => {
    const token = encodePageToken("ListProjects", ["a"]);
    const nul = encodePageToken("ListProjects", ["a\0"]);
    for (const [request, text, length] of [
      ["ListApiKeys", token, 1],
      ["ListProjects", token, 2],
      ["ListProjects", nul, 1],
      ["ListProjects", "e30", 1],
      ["ListProjects", "%%%", 1],
    ] as const) {
      expect(() => decodePageToken(request, text, length)).to.throw(Fault, "page_token");
    }
  });
});
