import { expect } from "chai";
import { clickIds, readCampaign } from "./campaign.js";

const empty = { source: "", medium: "", name: "", term: "", content: "", clickIdKind: "" };

describe("campaign", () => {
  it("reads the five names and the kind of click id", () => {
    const names = "utm_source=google&utm_medium=cpc&utm_campaign=spring+sale%21&utm_term=blue%20shoes";
    const url = `https://shop.example/?a=1&${names}&utm_content=A&gclid=Cj0`;
    expect(readCampaign(url)).to.deep.equal({
      ...{ source: "google", medium: "cpc", name: "spring sale!", term: "blue shoes", content: "A" },
      clickIdKind: "gclid",
    });
  });

  it("reads nothing where nothing is named", () => {
    for (const url of [
      "",
      "-",
      "https://shop.example/",
      "https://shop.example/?",
      "https://x/?utm_source",
      "https://x/?utm_source=",
      "https://x/#a=1",
      "/utm_source=x",
    ]) {
      expect(readCampaign(url), url).to.deep.equal(empty);
    }
  });

  it("takes the first value that is not empty, keys in any case, and the fragment where the query has none", () => {
    expect(readCampaign("https://x/?utm_source=&utm_source=a&utm_source=b").source).to.equal("a");
    expect(readCampaign("https://x/?UTM_Source=News").source).to.equal("News");
    expect(readCampaign("https://x/#utm_source=a&utm_medium=b")).to.deep.equal({
      ...empty,
      source: "a",
      medium: "b",
    });
    expect(readCampaign("https://x/?p=1#/route?utm_source=a").source).to.equal("a");
    expect(readCampaign("https://x/?utm_source=query#utm_source=fragment").source).to.equal("query");
    expect(readCampaign("https://x/?utm_source=a?b=c").source).to.equal("a?b=c");
  });

  it("prefers the click ids of ads, whatever their order", () => {
    expect(readCampaign("https://x/?fbclid=1&gclid=2").clickIdKind).to.equal("gclid");
    expect(readCampaign("https://x/?gclid=2&fbclid=1").clickIdKind).to.equal("gclid");
    expect(readCampaign("https://x/?ScCid=1").clickIdKind).to.equal("sccid");
    for (const kind of clickIds.keys())
      expect(readCampaign(`https://x/?${kind}=1`).clickIdKind).to.equal(kind);
  });

  it("survives wrong encodings as browsers do", () => {
    for (const raw of ["%", "%2", "%zz", "%C3", "%E2%82", "a%FFb+c", "%C3%28", "%ED%A0%80"]) {
      const expected = new URLSearchParams(`value=${raw}`).get("value")?.trim();
      expect(readCampaign(`https://x/?utm_source=${raw}`).source, raw).to.equal(expected);
    }
  });

  it("bounds values, and never splits a character", () => {
    expect(readCampaign(`https://x/?utm_source=${"a".repeat(3000)}`).source.length).to.equal(256);
    const crabs = readCampaign(`https://x/?utm_source=a${"%F0%9F%A6%80".repeat(300)}`).source;
    expect(crabs.length).to.equal(255);
    expect(() => encodeURIComponent(crabs)).not.to.throw();
    expect(readCampaign(`https://x/?${"a=1&".repeat(300)}utm_source=late`).source).to.equal("");
    expect(readCampaign(`https://x/?${"&".repeat(1e6)}`)).to.deep.equal(empty);
  });

  it("takes no name from the prototype of objects", () => {
    expect(readCampaign("https://x/?constructor=1&__proto__=2&hasOwnProperty=3")).to.deep.equal(empty);
  });
});
