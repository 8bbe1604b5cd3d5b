import { expect } from "chai";
import { type EnrichInput, type Enrichment, enrich } from "./enrich.js";
import { type GeoTable, openGeo } from "./geo.js";

const nothing: EnrichInput = { ip: "", userAgent: "", referrer: "", pageUrl: "" };

describe("enrich", () => {
  let geo: GeoTable;
  before(async () => {
    geo = await openGeo();
  });

  it("fills all fields from what an event carries", () => {
    const enrichment = enrich(geo, {
      ip: "8.8.8.0",
      userAgent:
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
        "Version/17.5 Mobile/15E148 Safari/604.1",
      referrer: "https://www.google.com/",
      pageUrl:
        "https://Shop.example/Shoes/?utm_source=google&utm_medium=cpc&utm_campaign=spring&gclid=Cj0#top",
      campaign: { source: "", medium: "", name: "summer", term: "blue shoes", content: "" },
    });
    expect(enrichment).to.deep.equal({
      country: "US",
      region: "",
      city: "",
      browser: "Safari",
      browserVersion: "17",
      os: "iOS",
      osVersion: "17.5.1",
      deviceClass: "mobile",
      deviceFamily: "iPhone",
      isBot: false,
      referrerClass: "paid",
      referrerSource: "google",
      utmSource: "google",
      utmMedium: "cpc",
      utmCampaign: "summer",
      utmTerm: "blue shoes",
      utmContent: "",
      clickIdKind: "gclid",
      pageHost: "shop.example",
      pagePath: "/Shoes",
    } satisfies Enrichment);
  });

  it("leaves all fields empty for an event that carries nothing", () => {
    expect(Object.values(enrich(geo, nothing)).every((value) => value === "" || value === false)).to.equal(
      true,
    );
  });

  it("gives the same answer again, whatever was asked between", () => {
    const input = {
      ...nothing,
      ip: "193.0.6.139",
      userAgent: "curl/8.5.0",
      referrer: "https://t.co/x",
      pageUrl: "https://a.example/b/",
    };
    const first = JSON.stringify(enrich(geo, input));
    for (let turn = 0; turn < 50_000; turn++)
      enrich(geo, { ...nothing, ip: `8.8.${turn >> 8}.${turn & 255}`, referrer: `https://${turn}.example/` });
    expect(JSON.stringify(enrich(geo, input))).to.equal(first);
  });

  it("never throws and never exceeds its bounds, whatever the text", () => {
    const hostile = [
      ...[
        "\u0000",
        "\ud800",
        "%",
        "%zz",
        "__proto__",
        "constructor",
        "'; DROP TABLE events; --",
        "{}[]*>.$",
        "a b",
        "\r\n",
      ],
      ...[
        "https://",
        "https://[",
        "https://%",
        "https://\ud800/",
        "http://a@b@c/",
        "//",
        "///",
        "?",
        "#",
        "?utm_source=%",
        "🦀",
      ],
      ...[
        "https://x/?utm_source=\ud800%ff&utm_source",
        "x".repeat(70_000),
        "https://x/".padEnd(70_000, "/../"),
      ],
    ];
    for (const ip of hostile) {
      for (const text of hostile) {
        const enrichment = enrich(geo, { ip, userAgent: text, referrer: ip, pageUrl: text });
        for (const [field, value] of Object.entries(enrichment)) {
          if (typeof value === "string") expect(value.length, field).to.be.at.most(1024);
        }
      }
    }
  });
});
