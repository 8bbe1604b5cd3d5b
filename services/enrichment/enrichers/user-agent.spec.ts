import { expect } from "chai";
import { list } from "isbot";
import { shapesOfBots } from "./agent-rules.js";
import { type Agent, readAgent } from "./user-agent.js";

const blink = "AppleWebKit/537.36 (KHTML, like Gecko)";
const chrome = `${blink} Chrome/126.0.6478.127`;
const webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const iosSafari = `${webKit} Version/17.5 Mobile/15E148 Safari/604.1`;
const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X)";
const pixel = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv)";
const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";

/** Browser, system, device class and device family by user agent. */
const people: Readonly<Record<string, string>> = {
  [`${windows} ${chrome} Safari/537.36`]: "Chrome 126 | Windows 10 | desktop | ",
  [`${windows} ${chrome} Safari/537.36 Edg/126.0.2592.81`]: "Edge 126 | Windows 10 | desktop | ",
  [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36 OPR/112.0.0.0`]:
    "Opera 112 | Linux  | desktop | ",
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${chrome} Safari/537.36`]:
    "Chrome 126 | Chrome OS 14541.0.0 | desktop | ",
  "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0":
    "Firefox 127 | Ubuntu  | desktop | ",
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Version/17.5 Safari/605.1.15`]:
    "Safari 17 | macOS 10.15.7 | desktop | Mac",
  [`${iphone} ${iosSafari}`]: "Safari 17 | iOS 17.5.1 | mobile | iPhone",
  [`${iphone} ${webKit} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`]:
    "Chrome 126 | iOS 17.5.1 | mobile | iPhone",
  [`${iphone} ${webKit} FxiOS/127.0 Mobile/15E148 Safari/605.1.15`]:
    "Firefox 127 | iOS 17.5.1 | mobile | iPhone",
  [`${iphone} ${webKit} Mobile/15E148`]: "Safari WebView  | iOS 17.5.1 | mobile | iPhone",
  [`${iphone} ${webKit} Mobile/15E148 Instagram 334.0.4.32.98`]:
    "Instagram 334 | iOS 17.5.1 | mobile | iPhone",
  [`Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) ${iosSafari}`]: "Safari 17 | iOS 17.5 | tablet | iPad",
  [`Mozilla/5.0 (Linux; Android 10; K) ${chrome} Mobile Safari/537.36`]:
    "Chrome 126 | Android 10 | mobile | ",
  [`Mozilla/5.0 (Linux; Android 13; SM-S911B) ${blink} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`]:
    "Samsung Internet 25 | Android 13 | mobile | Samsung SM-S911B",
  [`${pixel} ${blink} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36`]:
    "Chrome WebView 126 | Android 14 | mobile | Google Pixel 8",
  "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko": "IE 11 | Windows 7 | desktop | ",
  "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/5.0)": "IE 9 | Windows 7 | desktop | ",
  [`${windows} ${chrome} Safari/537.36 Norton/126.0.0.0`]: "Norton 126 | Windows 10 | desktop | ",
  [`Mozilla/5.0 (Web0S; Linux/SmartTV) ${chrome} Safari/537.36 WebAppManager`]: "Chrome 126 | webOS  | tv | ",
  [`Mozilla/5.0 (PlayStation 5 3.21/SmartTV) ${webKit}`]: "WebKit 605 | PlayStation 5 | console | ",
  "Shop/2.1 CFNetwork/1494.0.7 Darwin/23.4.0": "Shop 2 | iOS 17 | mobile | ",
};

/** Name and version by user agent. */
const programs: Readonly<Record<string, string>> = {
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "Googlebot 2",
  [`Mozilla/5.0 ${blink.replace(")", "; compatible; bingbot/2.0; +http://www.bing.com)")} Chrome/116.0`]:
    "bingbot 2",
  [`Mozilla/5.0 ${blink}; compatible; GPTBot/1.1; +https://openai.com/gptbot`]: "GPTBot 1",
  "curl/8.5.0": "curl 8",
  "python-requests/2.32.3": "python-requests 2",
  "Java/1.8.0_392": "Java 8",
  [`Mozilla/5.0 (X11; Linux x86_64) ${blink} HeadlessChrome/126.0.0.0 Safari/537.36`]: "HeadlessChrome 126",
};

/** What patterns that backtrack would choke on, repeated. */
const hostileParts = [
  ...[
    "a",
    " ",
    "(",
    ")",
    ";",
    "/",
    ".",
    "-",
    "_",
    "1",
    "1.",
    "1_",
    "a/1 ",
    "; ",
    "A1",
    "a-b",
    "\u0000",
    "🦀",
    "\ud800",
  ],
  ...[
    "compatible; ",
    "like Gecko) ",
    "FBAV/1",
    "Silk/1 ",
    "CFNetwork/1 ",
    "Valve Steam Client",
    "BlackBerry ",
    "Build/",
  ],
  ...[
    "bot",
    "bot-",
    "bot.",
    "Opera Mini/",
    "Version/4.0 ",
    "Chrome/1 ",
    "; wv) ",
    "linux ",
    "android ",
    "smart-tv ",
  ],
  ...[
    "hbbtv/1.1.1 (",
    "Mobile ",
    "mozilla/",
    "crkey/",
    "lg-",
    "nokia",
    "sony",
    "x11; ",
    "samsung ",
    "google",
    "java",
  ],
];

const summary = ({ browser, browserVersion, os, osVersion, deviceClass, deviceFamily }: Agent): string =>
  [`${browser} ${browserVersion}`, `${os} ${osVersion}`, deviceClass, deviceFamily].join(" | ");

describe("user agent", () => {
  it("reads the browsers that most people use", () => {
    for (const [userAgent, expected] of Object.entries(people)) {
      expect(summary(readAgent(userAgent)), userAgent).to.equal(expected);
      expect(readAgent(userAgent).isBot, userAgent).to.equal(false);
    }
  });

  it("tells bots and programs, and names them", () => {
    for (const [userAgent, expected] of Object.entries(programs)) {
      const { browser, browserVersion, deviceClass, isBot } = readAgent(userAgent);
      expect(`${browser} ${browserVersion}`, userAgent).to.equal(expected);
      expect([deviceClass, isBot], userAgent).to.deep.equal(["bot", true]);
    }
  });

  it("takes applications on phones for people, whatever their user agent looks like", () => {
    for (const userAgent of [
      "Shop/2.1 (iPhone; iOS 17.2; Scale/3.00)",
      "Nokia6300/2.0",
      "Shop/2.1.0 Android/14",
    ]) {
      expect(readAgent(userAgent).isBot, userAgent).to.equal(false);
    }
    expect(readAgent("Shop/2.1").isBot).to.equal(true);
  });

  it("says nothing where there is nothing to read", () => {
    for (const userAgent of ["", "-"]) {
      expect(summary(readAgent(userAgent))).to.equal("  |   |  | ");
      expect(readAgent(userAgent).isBot).to.equal(false);
    }
    expect(readAgent("\u0000\ufffd\ud800").deviceClass).to.be.oneOf(["other", "bot"]);
  });

  it("knows each pattern of isbot that it treats apart, so that an update can't move one unseen", () => {
    for (const pattern of shapesOfBots) expect(list).to.include(pattern);
  });

  it("reads any 10 kB text in less than 250 ms, and bounds what it gives back", () => {
    readAgent("a first one, so that the patterns are compiled/1.0");
    for (const part of hostileParts) {
      for (const text of [
        part.repeat(10_000 / part.length),
        `Mozilla/5.0 (${part.repeat(10_000 / part.length)}!`,
      ]) {
        const started = performance.now();
        const agent = readAgent(text);
        expect(performance.now() - started, JSON.stringify(text.slice(0, 40))).to.be.lessThan(250);
        for (const value of Object.values(agent)) {
          if (typeof value === "string") expect(value.length).to.be.at.most(64);
        }
      }
    }
  });

  it("reads nothing past 1,024 characters", () => {
    const long = `Mozilla/5.0 ${"x".repeat(1100)} Googlebot/2.1`;
    expect(readAgent(long)).to.equal(readAgent(long.slice(0, 1024)));
  });
});
