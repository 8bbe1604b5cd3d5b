// What a question on the access log has for an answer, computed here by a reader of a few lines: none of the importer's
// code, and of the enrichers' none but the packaged table of countries.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { type CountryResponse, open, type Reader } from "maxmind";
import type { Figures } from "../support/figures.js";

/** One line of the log. */
interface Hit {
  readonly ip: string;
  readonly timeMs: number;
  readonly method: string;
  readonly status: string;
  readonly bytes: number | undefined;
  readonly referrer: string;
  readonly agent: string;
}

/** The answers. */
export interface AccessLogAnswers {
  /** How many lines could be read, and the number of each that could not, from 1. */
  readonly lines: number;
  readonly unreadable: readonly number[];
  readonly perStatus: Figures;
  /** "GET / 200". */
  readonly perMethodAndStatus: Figures;
  readonly perDay: Figures;
  /** "bytes": the sum over lines that say a size; "visitors": different pairs of address and agent. */
  readonly numbers: Figures;
  /** By the address cut to its /24, which is all that the product keeps; "" where the table has none. */
  readonly perCountry: Figures;
  /** The five great browsers of the time, without what is built upon them. */
  readonly perBrowser: Figures;
  /** Crawlers by the name that they give themselves. */
  readonly perCrawler: Figures;
  /** "google": lines that came from a page of Google's search. */
  readonly perSource: Figures;
}

const quoted = '"((?:[^"\\\\]|\\\\.)*)"';
const combined = new RegExp(
  `^(\\S+) \\S+ \\S+ \\[(\\d+)/(\\w+)/(\\d+):([\\d:]+) \\+0000\\] ` +
    `"(\\w+) [^"]*" (\\d{3}) (\\d+|-) ${quoted} ${quoted}$`,
);
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function readHit(line: string): Hit | undefined {
  const [
    ,
    ip = "",
    day,
    month = "",
    year,
    clock,
    method = "",
    status = "",
    bytes,
    referrer = "",
    agent = "",
  ] = combined.exec(line) ?? [];
  if (ip === "") return undefined;
  const monthNumber = String(months.indexOf(month) + 1).padStart(2, "0");
  return {
    ...{ ip, method, status, agent },
    timeMs: Date.parse(`${year}-${monthNumber}-${day}T${clock}Z`),
    bytes: bytes === "-" ? undefined : Number(bytes),
    referrer: referrer === "-" ? "" : referrer,
  };
}

/** A browser by what its agent claims, and by what tells that another one is built upon it. */
const browsers: readonly (readonly [name: string, has: RegExp, hasNot: RegExp])[] = [
  ["Firefox", /^Mozilla.* Firefox\/\d/, /Iceweasel|SeaMonkey|Midori|PaleMoon/],
  ["IE", /^Mozilla.*(MSIE|Trident\/)/, /Opera|Maxthon/i],
  ["Opera", /^Opera[/ ]\d| OPR\/| Opera \d/, /Mini/],
  ["Chrome", /^Mozilla.* (Chrome|CriOS)\/\d/i, /Chromium|OPR\/|Version\/4|CoolNovo|Iron|MetaSr/],
  ["Safari", /^Safari\/\d|^Mozilla.* Version\/\d.* Safari\/\d/, /Android|Chrome|GSA|UCBrowser|Googlebot/],
];

/** The hosts of Google's search, among them those of countries. */
const google = /^https?:\/\/(www|images|encrypted)\.google\.[a-z.]+\//;

const crawlers = [
  "Googlebot",
  "bingbot",
  "Baiduspider",
  "YandexBot",
  "AhrefsBot",
  "MJ12bot",
  "Exabot",
  "Twitterbot",
];

function count(hits: readonly Hit[], keyOf: (hit: Hit) => string | undefined): Figures {
  const figures = new Map<string, number>();
  for (const hit of hits) {
    const key = keyOf(hit);
    if (key !== undefined) figures.set(key, (figures.get(key) ?? 0) + 1);
  }
  return figures;
}

async function openCountries(): Promise<Reader<CountryResponse & { country_code?: string }>> {
  return open(
    createRequire(import.meta.url).resolve(
      "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb",
    ),
  );
}

/** Reads the gzipped file and answers everything. */
export async function answerAccessLog(file: string): Promise<AccessLogAnswers> {
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
  const read = lines.map(readHit);
  const hits = read.filter((hit) => hit !== undefined);
  const countries = await openCountries();
  const countryOf = ({ ip }: Hit) => countries.get(ip.replace(/\.\d+$/, ".0"))?.country_code ?? "";
  return {
    lines: hits.length,
    unreadable: read.flatMap((hit, index) => (hit === undefined ? [index + 1] : [])),
    perStatus: count(hits, ({ status }) => status),
    perMethodAndStatus: count(hits, ({ method, status }) => `${method} / ${status}`),
    perDay: count(hits, ({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10)),
    numbers: new Map([
      ["bytes", hits.reduce((sum, { bytes = 0 }) => sum + bytes, 0)],
      ["visitors", new Set(hits.map(({ ip, agent }) => `${ip}\n${agent}`)).size],
    ]),
    perCountry: count(hits, countryOf),
    perBrowser: count(
      hits,
      ({ agent }) => browsers.find(([, has, not]) => has.test(agent) && !not.test(agent))?.[0],
    ),
    perCrawler: count(hits, ({ agent }) => crawlers.find((name) => agent.includes(`${name}/`))),
    perSource: count(hits, ({ referrer }) => (google.test(referrer) ? "google" : undefined)),
  };
}
