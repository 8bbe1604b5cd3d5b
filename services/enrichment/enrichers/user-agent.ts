// What a user agent says of browser, system and device. It is a claim, read as such: nothing is guessed past it.
//
// Agreement with lists of others, held by user-agent-agreement.spec.ts: family and major version of 1,200 of uap-core's
// 1,601 rare browsers and programs and of all 244 Gecko browsers; 418 of 483 systems; 2,111 of 2,116 crawlers, with 4
// of 555 browsers taken for bots. docs/enrichment.md says more.
import { createIsbotFromList, list as isbotPatterns } from "isbot";
import { UAParser } from "ua-parser-js";
import { RecentCache } from "../../../platform/recent-cache.js";
import {
  browserNames,
  browserRules,
  darwinReleases,
  desktopSystems,
  hostBrowsers,
  hostProducts,
  ieOfTrident,
  mobileSystems,
  moreBots,
  osNames,
  osRules,
  outlookReleases,
  shapesOfBots,
} from "./agent-rules.js";

/** The device classes, as the contract lists them; empty where there is no user agent. */
export type DeviceClass =
  | ""
  | "desktop"
  | "mobile"
  | "tablet"
  | "tv"
  | "console"
  | "wearable"
  | "bot"
  | "other";

/** What is known from a user agent; what isn't is empty. */
export interface Agent {
  /** The browser's, application's or program's family, without form factor. */
  readonly browser: string;
  /** Its major version. */
  readonly browserVersion: string;
  /** The operating system's family, such as "Windows", "macOS", "iOS", "Android". */
  readonly os: string;
  /** Its version as far as it is told, such as "10" or "17.4.1". */
  readonly osVersion: string;
  readonly deviceClass: DeviceClass;
  /** Maker and model, such as "Samsung SM-G960F", or the product alone for Apple's. */
  readonly deviceFamily: string;
  /** Whether it is a crawler, a tester, or another program that acts without a person. */
  readonly isBot: boolean;
}

/** Real browsers stay under 300 characters, applications under 700; nothing past this is read. */
const LENGTH_MAX = 1024;
const NAME_MAX = 64;
const ENTRIES_MAX = 8192;

const UNKNOWN: Agent = Object.freeze({
  ...{ browser: "", browserVersion: "", os: "", osVersion: "" },
  deviceClass: "",
  deviceFamily: "",
  isBot: false,
});

const deviceClasses: ReadonlyMap<string, DeviceClass> = new Map<string, DeviceClass>([
  ["mobile", "mobile"],
  ["tablet", "tablet"],
  ["smarttv", "tv"],
  ["console", "console"],
  ["wearable", "wearable"],
  ["embedded", "other"],
]);

interface NameAndVersion {
  readonly name: string;
  readonly version: string;
}

const NOTHING: NameAndVersion = { name: "", version: "" };

const isNamedBot = createIsbotFromList(isbotPatterns.filter((pattern) => !shapesOfBots.has(pattern)));
const isShapedAsBot = createIsbotFromList(isbotPatterns.filter((pattern) => shapesOfBots.has(pattern)));

const byRules = (
  userAgent: string,
  rules: readonly (readonly [RegExp, string])[],
): NameAndVersion | undefined => {
  for (const [pattern, name] of rules) {
    const match = pattern.exec(userAgent);
    if (match !== null) return { name, version: match[1] ?? match[2] ?? "" };
  }
  return undefined;
};

/** The product that comes first: "Name/1.2", "Name 1.2", or what stands before the first delimiter. */
const FIRST_PRODUCTS = [
  /^(Java)\/1\.(\d+)/,
  /^([^/;,()[\]{}<>"\\]{1,48}?) ?\/ ?[vV]?(\d{1,9})/,
  /^([^\d/;,()[\]{}<>"\\]{1,48}?)[ -][vV]?(\d{1,9})\b/,
  /^([^/;,()[\]{}<>"\\]{1,48})/,
] as const;

/** Empty where it is the "Mozilla/5.0" that all browsers begin with. */
const firstProduct = (userAgent: string): NameAndVersion => {
  if (userAgent.startsWith("Mozilla/")) return NOTHING;
  for (const pattern of FIRST_PRODUCTS) {
    const match = pattern.exec(userAgent);
    if (match?.[1] === undefined) continue;
    return { name: match[1].trim().replace(/-iP(?:ad|hone)$/, ""), version: match[2] ?? "" };
  }
  return NOTHING;
};

/** A product among those of Chrome's or Safari's that is neither's: the browser or application built on them. */
const guestProduct = (userAgent: string): NameAndVersion | undefined => {
  const start = userAgent.indexOf("like Gecko)");
  if (start < 0) return undefined;
  const product = / \(?([A-Za-z\d][\w.-]{1,40})\/v?(\d{1,9})/g;
  product.lastIndex = start;
  for (let match = product.exec(userAgent); match !== null; match = product.exec(userAgent)) {
    const [, name = "", version = ""] = match;
    if (!hostProducts.has(name)) return { name: browserNames.get(name) ?? name, version };
  }
  return undefined;
};

/** Words that a bot's name holds; addresses and links hold them too, which is told by what stands around. */
const BOT_WORD = "bot|crawl(?:er)?|spider|preview|monitor|checker|fetcher|scraper|lighthouse";
const BOT_PRODUCT =
  `(?<![/@.\\w-])([A-Za-z][\\w.-]{0,40}(?:${BOT_WORD})[\\w-]{0,20})` +
  `(?:[/ ][vV]?(\\d{1,9}))?(?![\\w.]{0,40}@|\\.\\w)`;

/** The name a bot gives itself among a browser's: in "(compatible; Name/1.0; ...)", or a product that tells. */
const BOT_NAMES = [
  /\bcompatible; {0,4}([A-Za-z0-9][^;/()+]{1,40}?)(?:[/ ][vV]?(\d{1,9})[^;)]{0,40})?(?:;|\)|\+|$)/,
  new RegExp(BOT_PRODUCT, "i"),
  /\b(PTST|GTmetrix|HeadlessChrome|PhantomJS|WebThumb|Google-HTTP-Java-Client)\/?(\d*)/,
] as const;

/** What else stands after "compatible;", and words that are no names. */
const NO_BOT_NAME =
  /^(?:MSIE|Konqueror|Windows|Linux|(?:Yahoo!|(?:ro)?bots?|spider|crawler|webcrawler|U|en)$)/i;

const botOf = (userAgent: string): NameAndVersion => {
  const stated = BOT_NAMES[0].exec(userAgent);
  if (stated?.[1] !== undefined && BOT_NAMES[1].test(stated[1]))
    return { name: stated[1], version: stated[2] ?? "" };
  const first = firstProduct(userAgent);
  if (first.version !== "") return first;
  for (const pattern of BOT_NAMES) {
    const match = pattern.exec(userAgent);
    const name = (match?.[1] ?? "").trim();
    if (match !== null && name !== "" && !NO_BOT_NAME.test(name)) return { name, version: match[2] ?? "" };
  }
  return first;
};

/** What ua-parser-js found, under our name and with the version that people know it by. */
const named = (userAgent: string, name: string, major: string): NameAndVersion => {
  if (name === "WebKit" && /\(i(?:Phone|Pad|Pod)/.test(userAgent))
    return { name: "Safari WebView", version: "" };
  if (name === "IE")
    return { name, version: ieOfTrident.get(/\bTrident\/(\d)/.exec(userAgent)?.[1] ?? "") ?? major };
  // Android's own browser had no version but the system's.
  if (name === "Android Browser") return { name, version: /\bAndroid[ /-](\d+)/.exec(userAgent)?.[1] ?? "" };
  return { name: browserNames.get(name) ?? name, version: major };
};

const browserOf = (userAgent: string, parser: UAParser, isBot: boolean): NameAndVersion => {
  if (isBot) {
    const bot = botOf(userAgent);
    if (bot.name !== "") return bot;
  }
  const ruled = byRules(userAgent, browserRules);
  if (ruled !== undefined) {
    if (ruled.name !== "Outlook") return ruled;
    return { name: ruled.name, version: outlookReleases.get(ruled.version) ?? ruled.version };
  }
  const { name = "", major = "" } = parser.getBrowser();
  if (name === "") return firstProduct(userAgent);
  return (hostBrowsers.has(name) ? guestProduct(userAgent) : undefined) ?? named(userAgent, name, major);
};

/** Applications on Apple's network library name its kernel, from which the system's release follows. */
const darwinOf = (userAgent: string): NameAndVersion | undefined => {
  const match = /\bCFNetwork\/.{1,40}Darwin\/(\d+)/.exec(userAgent);
  if (match === null) return undefined;
  const release = darwinReleases.get(Number(match[1]));
  const isMac = /\((?:x86_64|i386|Power|arm64)|\bMac(?:intosh|Book|mini|Pro)|x86_64/.test(userAgent);
  return isMac
    ? { name: "macOS", version: release?.macos ?? "" }
    : { name: "iOS", version: release?.ios ?? "" };
};

const osOf = (userAgent: string, parser: UAParser): NameAndVersion => {
  const told = darwinOf(userAgent) ?? byRules(userAgent, osRules);
  if (told !== undefined) return { name: told.name, version: told.version.replaceAll("_", ".") };
  const { name = "", version = "" } = parser.getOS();
  const ours = osNames.get(name) ?? name;
  if (ours === "Windows")
    return { name: ours, version: /^[A-Za-z]*[ ]?[\d.]*/.exec(version)?.[0].trim() ?? "" };
  // "i686" and "sun4u" are machines.
  return { name: ours, version: /^\D{0,10}?(?<!\bi|sun)(\d+(?:\.\d+)*)(?![a-z])/.exec(version)?.[1] ?? "" };
};

const deviceClassOf = (type: string | undefined, os: string, isBot: boolean): DeviceClass => {
  if (isBot) return "bot";
  // Newer consoles call themselves smart televisions.
  if (/^(?:PlayStation|Nintendo|Xbox)/i.test(os)) return "console";
  const told = deviceClasses.get(type ?? "");
  if (told !== undefined) return told;
  if (mobileSystems.has(os)) return "mobile";
  return desktopSystems.has(os) ? "desktop" : "other";
};

const deviceFamilyOf = (vendor: string | undefined, model: string | undefined, os: string): string => {
  if (os === "macOS") return "Mac";
  // Chrome says "K" for every Android device since it stopped to tell models.
  if (model === "K") return "";
  if (vendor === undefined || vendor === "Apple") return model ?? "";
  return model === undefined ? vendor : `${vendor} ${model}`;
};

const bounded = (text: string): string => (text.length > NAME_MAX ? text.slice(0, NAME_MAX) : text);

const parse = (userAgent: string): Agent => {
  const parser = new UAParser(userAgent);
  const os = osOf(userAgent, parser);
  const device = parser.getDevice();
  const isPersonal = device.type !== undefined || mobileSystems.has(os.name);
  const isBot =
    isNamedBot(userAgent) || moreBots.test(userAgent) || (!isPersonal && isShapedAsBot(userAgent));
  const browser = browserOf(userAgent, parser, isBot);
  return Object.freeze({
    browser: bounded(browser.name),
    browserVersion: bounded(browser.version),
    os: bounded(os.name),
    osVersion: bounded(os.version),
    deviceClass: deviceClassOf(device.type, os.name, isBot),
    deviceFamily: bounded(deviceFamilyOf(device.vendor, device.model, os.name)),
    isBot,
  });
};

const cache = new RecentCache<Agent>(ENTRIES_MAX);

/** Reads a user agent; empty ones ("-" in access logs) say nothing. Never throws; the same text, the same answer. */
export const readAgent = (userAgent: string): Agent => {
  if (userAgent === "" || userAgent === "-") return UNKNOWN;
  const text = userAgent.length > LENGTH_MAX ? userAgent.slice(0, LENGTH_MAX) : userAgent;
  let agent = cache.get(text);
  if (agent === undefined) {
    agent = parse(text);
    cache.set(text, agent);
  }
  return agent;
};
