// How far our reading of user agents agrees with lists of others. The figures are what we reach, held so that they can
// only rise; docs/enrichment.md states them and says where the rest differs.
import { expect } from "chai";
import {
  type ListedAgent,
  readCrawlers,
  readIsbotFixture,
  readUapCases,
} from "../../../tests/support/agent-lists.js";
import { requireOutside } from "../../../tests/support/missing.js";
import { readAgent } from "./user-agent.js";

/** Names of uap-core for what we call otherwise, most of them since we say the form factor apart. */
const browserAliases: Readonly<Record<string, string>> = {
  "360 Secure Browser": "360 Browser",
  "Baidu Explorer": "Baidu Browser",
  "Chrome Mobile WebView": "Chrome WebView",
  "Chrome Mobile iOS": "Chrome",
  "Chrome Mobile": "Chrome",
  "DuckDuckGo Mobile": "DuckDuckGo",
  "Edge Mobile": "Edge",
  "Firefox Alpha": "Firefox",
  "Firefox Beta": "Firefox",
  "Firefox Mobile": "Firefox",
  "Firefox iOS": "Firefox",
  "Flipboard-Briefing": "Flipboard",
  "IE Mobile": "IE",
  "Mobile Safari UI/WKWebView": "Safari WebView",
  "Mobile Safari": "Safari",
  "Opera Mobile": "Opera",
  "Opera Tablet": "Opera",
  "QQ Browser Mini": "QQ Browser",
  "QQ Browser Mobile": "QQ Browser",
  "Roblox App": "Roblox",
  "Safari/WKWebView": "Safari WebView",
  "Seznam prohlížeč": "Seznam Browser",
  "Slack Desktop Client": "Slack",
  "Steam Client": "Steam",
  "WeChat Browser": "WeChat",
  Android: "Android Browser",
  Google: "Google App",
};
const osAliases: Readonly<Record<string, string>> = {
  "ATV OS X": "tvOS",
  "Mac OS X": "macOS",
  "Nokia Series 40": "Series 40",
  "Symbian OS": "Symbian",
  GoogleTV: "Google TV",
  Other: "",
  Web0S: "webOS",
};

/** Letters and digits alone, so that "AdobeAIR" and "Adobe AIR" are one name. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

const count = <Item>(items: readonly Item[], agrees: (item: Item) => boolean): number =>
  items.filter(agrees).length;

const sameBrowser = ({ userAgent, fields }: ListedAgent): boolean => {
  const family = fields["family"] ?? "";
  const { browser, browserVersion } = readAgent(userAgent);
  return (
    plain(browser) === plain(browserAliases[family] ?? family) && browserVersion === (fields["major"] ?? "")
  );
};

const sameOs = ({ userAgent, fields }: ListedAgent): boolean => {
  const family = fields["family"] ?? "";
  return plain(readAgent(userAgent).os) === plain(osAliases[family] ?? family);
};

/** uap-core gives Windows the version by which people know it ("XP", "8.1") as major. */
const sameOsMajor = (agent: ListedAgent): boolean => {
  const { os, osVersion } = readAgent(agent.userAgent);
  return (
    sameOs(agent) &&
    (os === "Windows" ? osVersion : osVersion.split(".")[0]) === (agent.fields["major"] ?? "")
  );
};

const sameMaker = ({ userAgent, fields }: ListedAgent): boolean => {
  const { deviceFamily } = readAgent(userAgent);
  const brand = plain(fields["brand"] ?? "");
  if (brand === "apple") return /^(?:iP|Mac|Apple|Watch)/.test(deviceFamily);
  return plain(deviceFamily).startsWith(brand);
};

describe("user agents against lists of others", function () {
  this.timeout(30_000);

  it("agrees with uap-core on family and major version for 1,200 of 1,601 rare browsers and programs", function () {
    const cases = readUapCases(requireOutside(this, "shared/data/enrich/uap-core-test_ua.yaml.gz"));
    expect(cases.length).to.equal(1601);
    expect(count(cases, sameBrowser)).to.be.at.least(1200);
  });

  it("agrees with uap-core on all 244 Gecko browsers", function () {
    const path = requireOutside(this, "shared/data/enrich/uap-core-firefox_user_agent_strings.yaml.gz");
    expect(count(readUapCases(path), sameBrowser)).to.equal(244);
  });

  it("agrees with uap-core on 418 of 483 systems, 382 with their major version", function () {
    const cases = readUapCases(requireOutside(this, "shared/data/enrich/uap-core-test_os.yaml.gz"));
    expect(cases.length).to.equal(483);
    expect(count(cases, sameOs)).to.be.at.least(418);
    expect(count(cases, sameOsMajor)).to.be.at.least(382);
  });

  it("agrees with uap-core on the maker of 11,600 of 16,056 devices, 397 of which it takes for bots", function () {
    const cases = readUapCases(requireOutside(this, "shared/data/enrich/uap-core-test_device.yaml.gz"));
    const devices = cases.filter(({ fields }) => fields["family"] !== "Spider");
    expect(devices.length).to.equal(16_056);
    expect(count(devices, sameMaker)).to.be.at.least(11_600);
    expect(count(devices, ({ userAgent }) => readAgent(userAgent).isBot)).to.be.at.most(397);
    const handheld = ({ userAgent }: ListedAgent): boolean =>
      /^(?:mobile|tablet)$/.test(readAgent(userAgent).deviceClass);
    expect(count(devices, handheld)).to.be.at.least(15_000);
  });

  it("knows 2,111 of 2,116 crawlers, 623 of isbot's 626, and takes 4 of 555 browsers for bots", function () {
    const isBot = (userAgent: string): boolean => readAgent(userAgent).isBot;
    const crawlers = readCrawlers(requireOutside(this, "shared/data/enrich/crawler-user-agents.json.gz"));
    expect(crawlers.length).to.equal(2116);
    expect(count(crawlers, isBot)).to.be.at.least(2111);
    const bots = readIsbotFixture(requireOutside(this, "shared/data/enrich/isbot-crawlers.yml"));
    expect(bots.length).to.equal(626);
    expect(count(bots, isBot)).to.be.at.least(623);
    // The four are page testers that the list of crawlers above names.
    const browsers = readIsbotFixture(requireOutside(this, "shared/data/enrich/isbot-browsers.yml"));
    expect(browsers.length).to.equal(555);
    expect(count(browsers, isBot)).to.be.at.most(4);
  });
});
