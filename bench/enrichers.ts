// CPU per event of each enricher, on a web server's real log in its own order:
//   node dist/bench/enrichers.js [path of a combined access log, gz]
// "first" is the first pass, caches empty; "later" the mean of the passes after it, as in a long run.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { truncateIp } from "../platform/ip.js";
import { KeyedHash } from "../platform/keyed-hash.js";
import { localTime } from "../platform/local-time.js";
import { readCampaign } from "../services/enrichment/enrichers/campaign.js";
import { type EnrichInput, enrich } from "../services/enrichment/enrichers/enrich.js";
import { openGeo } from "../services/enrichment/enrichers/geo.js";
import { readPage } from "../services/enrichment/enrichers/page.js";
import { readOrigin } from "../services/enrichment/enrichers/referrer.js";
import { readAgent } from "../services/enrichment/enrichers/user-agent.js";
import { sharedFolder } from "../tests/support/missing.js";

const LINE = /^(\S+) \S+ \S+ \[([^\]]+)\] "\S+ (\S+)[^"]*" \d+ \S+ "([^"]*)" "([^"]*)"$/;
const LATER_PASSES = 20;

interface Visit extends EnrichInput {
  readonly timeMs: number;
  readonly id: string;
}

/** "17/May/2015:10:05:03 +0000" */
const timeOf = (text: string): number => Date.parse(text.replace(/^(\d+)\/(\w+)\/(\d+):/, "$1 $2 $3 "));

const readVisits = (path: string): Visit[] => {
  const visits: Visit[] = [];
  for (const line of gunzipSync(readFileSync(path)).toString("latin1").split("\n")) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, ip = "", time = "", request = "", referrer = "", userAgent = ""] = match;
    visits.push({
      ip,
      userAgent,
      referrer,
      pageUrl: `http://semicomplete.com${request}`,
      timeMs: timeOf(time),
      id: randomUUID(),
    });
  }
  return visits;
};

/** Microseconds of CPU that `act` takes a visit. */
const measure = (visits: readonly Visit[], act: (visit: Visit) => unknown): number => {
  const before = process.cpuUsage();
  for (const visit of visits) act(visit);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / visits.length;
};

const path = process.argv[2] ?? join(sharedFolder(), "data/events/apache_access_2015-05.log.gz");
const visits = readVisits(path);
const geo = await openGeo();
const hash = new KeyedHash(Buffer.alloc(16, 7));
const local = { date: 0, hour: 0, weekday: 0 };
const empty = { source: "", medium: "", name: "", term: "", content: "", clickIdKind: "" };
const page = readPage("http://semicomplete.com/");

const enrichers: readonly (readonly [string, (visit: Visit) => unknown])[] = [
  ["geo", ({ ip }) => geo.lookup(ip)],
  ["user agent", ({ userAgent }) => readAgent(userAgent)],
  ["page", ({ pageUrl }) => readPage(pageUrl)],
  ["campaign", ({ pageUrl }) => readCampaign(pageUrl)],
  ["referrer", ({ referrer }) => readOrigin({ referrer, page, campaign: empty })],
  ["all (enrich)", (visit) => enrich(geo, visit)],
  ["truncated ip", ({ ip }) => truncateIp(ip)],
  ["local time", ({ timeMs }) => localTime("Europe/Berlin", timeMs, local)],
  ["keyed hash", ({ id }) => hash.hash(id)],
];

console.log(`${visits.length} events, us of CPU per event`);
console.log(`${"".padEnd(14)}${"first".padStart(8)}${"later".padStart(8)}`);
for (const [name, act] of enrichers) {
  const first = measure(visits, act);
  let later = 0;
  for (let pass = 0; pass < LATER_PASSES; pass++) later += measure(visits, act) / LATER_PASSES;
  console.log(`${name.padEnd(14)}${first.toFixed(2).padStart(8)}${later.toFixed(2).padStart(8)}`);
}
