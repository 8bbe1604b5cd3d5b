import { expect } from "chai";
import { readCampaign } from "./campaign.js";
import { readPage } from "./page.js";
import { readOrigin } from "./referrer.js";
import { sourceLines } from "./referrer-sources.js";

const origin = (referrer: string, pageUrl = "https://www.shop.example/cart"): string => {
  const { referrerClass, source } = readOrigin({
    referrer,
    page: readPage(pageUrl),
    campaign: readCampaign(pageUrl),
  });
  return `${referrerClass} ${source}`;
};

describe("referrer", () => {
  it("knows search, social, mail and assistants by their hosts", () => {
    const cases: [string, string][] = [
      ["https://www.google.com/", "search google"],
      ["https://www.google.co.uk/search?q=x", "search google"],
      ["http://google.de", "search google"],
      ["https://www.google.com.au/", "search google"],
      ["android-app://com.google.android.googlequicksearchbox/", "search google"],
      ["https://www.bing.com/search?q=x", "search bing"],
      ["https://duckduckgo.com/", "search duckduckgo"],
      ["https://fr.search.yahoo.com/search", "search yahoo"],
      ["https://yandex.ru/", "search yandex"],
      ["https://m.baidu.com/s", "search baidu"],
      ["https://www.ecosia.org/", "search ecosia"],
      ["https://search.brave.com/", "search brave"],
      ["https://l.facebook.com/l.php?u=x", "social facebook"],
      ["https://t.co/abc", "social x"],
      ["https://x.com/", "social x"],
      ["https://out.reddit.com/t3_x", "social reddit"],
      ["https://www.pinterest.de/pin/1", "social pinterest"],
      ["https://news.ycombinator.com/item?id=1", "social hacker news"],
      ["https://mail.google.com/mail/u/0/", "email gmail"],
      ["https://outlook.live.com/", "email outlook"],
      ["https://chatgpt.com/", "ai chatgpt"],
      ["https://gemini.google.com/app", "ai gemini"],
      ["https://www.perplexity.ai/search", "ai perplexity"],
    ];
    for (const [referrer, expected] of cases) expect(origin(referrer), referrer).to.equal(expected);
  });

  it("calls other hosts of a search company, and all others, referrals", () => {
    expect(origin("https://docs.google.com/document/d/1")).to.equal("referral google");
    expect(origin("https://finance.yahoo.com/")).to.equal("referral yahoo");
    expect(origin("https://www.github.com/x")).to.equal("referral github");
    expect(origin("https://www.Blog.example:8080/post")).to.equal("referral blog.example");
    for (const host of [
      "google.evil.example",
      "notgoogle.com",
      "google.com.evil.example",
      "evil-google.de",
      "bing.com.example",
    ]) {
      expect(origin(`https://${host}/`), host).to.equal(`referral ${host}`);
    }
  });

  it("tells direct from nothing", () => {
    expect(origin("")).to.equal("direct ");
    expect(origin("-")).to.equal("direct ");
    expect(origin("", "")).to.equal(" ");
    expect(origin("", "no url")).to.equal(" ");
    for (const malformed of ["about:blank", "x", "http://", "https://a b/", "%%%"])
      expect(origin(malformed)).to.equal(" ");
  });

  it("calls steps within a site internal, whatever the URL still carries", () => {
    expect(origin("https://shop.example/")).to.equal("internal shop.example");
    expect(origin("https://blog.shop.example/")).to.equal("internal blog.shop.example");
    expect(origin("https://www.shop.example/", "https://checkout.shop.example/?gclid=1")).to.equal(
      "internal shop.example",
    );
    expect(origin("https://example/")).to.equal("referral example");
    expect(origin("https://othershop.example/")).to.equal("referral othershop.example");
  });

  it("lets the campaign speak before the referrer's host", () => {
    const at = (query: string): string => `https://shop.example/?${query}`;
    expect(origin("https://www.google.com/", at("gclid=1"))).to.equal("paid google");
    expect(origin("https://www.bing.com/", at("utm_source=bing&utm_medium=CPC"))).to.equal("paid bing");
    expect(origin("", at("msclkid=1"))).to.equal("paid bing");
    expect(origin("https://www.facebook.com/", at("fbclid=1"))).to.equal("social facebook");
    expect(origin("https://www.facebook.com/", at("fbclid=1&utm_medium=paid_social"))).to.equal(
      "paid facebook",
    );
    expect(origin("", at("utm_source=newsletter&utm_medium=email"))).to.equal("email newsletter");
    expect(origin("https://mail.google.com/", at("utm_medium=Newsletter"))).to.equal("email gmail");
    expect(origin("", at("utm_source=Google"))).to.equal("search google");
    expect(origin("", at("utm_source=chatgpt.com"))).to.equal("ai chatgpt.com");
    expect(origin("", at("utm_source=partner-x"))).to.equal("referral partner-x");
    for (const medium of [
      "cpc",
      "PPC",
      "display",
      "retargeting",
      "paid-search",
      "social_paid",
      "affiliate",
    ]) {
      expect(origin("https://partner.example/", at(`utm_medium=${medium}`)), medium).to.equal(
        "paid partner.example",
      );
    }
    for (const medium of ["unpaid-ish", "cpcx", "organic", "referral"]) {
      expect(origin("https://partner.example/", at(`utm_medium=${medium}`)), medium).to.equal(
        "referral partner.example",
      );
    }
  });

  it("lists every host once, lower case, without www", () => {
    const hosts = sourceLines.flatMap(([, , ...all]) => all);
    expect(new Set(hosts).size).to.equal(hosts.length);
    for (const host of hosts) expect(host).to.match(/^(?!www\.)[a-z0-9.-]+\.(?:\*|[a-z]+)$/);
    for (const [referrerClass, source, ...all] of sourceLines) {
      for (const host of all) {
        expect(origin(`https://${host.replace(".*", ".com")}/x`), host).to.equal(
          `${referrerClass} ${source}`,
        );
      }
    }
  });

  it("takes no time for hostile hosts", () => {
    const started = performance.now();
    for (const part of ["a.", "-", "google.", "a-", ".", "@", "[", ":"])
      origin(`https://${part.repeat(2000)}`);
    for (const part of ["a.", "google.co.", "xn--"]) origin(`https://${part.repeat(60)}uk/`);
    expect(performance.now() - started).to.be.lessThan(500);
  });
});
