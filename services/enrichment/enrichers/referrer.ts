// Where a visit came from: a class for grouping and a name for reading.
import { RecentCache } from "../../../platform/recent-cache.js";
import { type CampaignOfUrl, clickIds } from "./campaign.js";
import { type Page, readPage } from "./page.js";
import { type SourceClass, sourceLines } from "./referrer-sources.js";

/** How a visitor arrived; empty where there is neither page nor referrer (events of servers), or no sense in it. */
export type ReferrerClass = "" | "direct" | "internal" | "paid" | SourceClass;

/** A class and a source. */
export interface Origin {
  readonly referrerClass: ReferrerClass;
  /** The listed name, else the host without "www."; for campaigns without referrer their own source; or empty. */
  readonly source: string;
}

const ENTRIES_MAX = 8192;
/** Longer referrers are read, not kept. */
const CACHED_URL_MAX = 1024;
const SOURCE_MAX = 253;

/** Media that say paid, by the names in use for them. */
const PAID_NAME =
  /^(?:cp[acmvl]|ppc|cpp|pp[vl]|sem|retargeting|remarketing|display|banners?|sponsored|ads?)$/i;
const PAID_WORD = /^(?:affiliates?|paid.{0,32}|(?:.{1,32}[_ -])?paid)$/i;
const EMAIL_MEDIUM = /^(?:e[_ -]?mail|newsletter|mailing)$/i;
const SOCIAL_MEDIUM = /^(?:social(?:[_ -]?(?:network|media))?|sm|smo)$/i;

/** google.com and its kind: the name, then "com" or a country, or "co"/"com" and a country. */
const ANY_COUNTRY = /^(.+?\.)??([a-z0-9-]+)\.(?:com|(?:com?\.)?[a-z]{2})$/;

const byHost = new Map<string, Origin>();
/** By the name before the country of those that have a domain in each. */
const byName = new Map<string, Origin>();
/** By the name that we give; the first line of a name counts. */
const bySource = new Map<string, Origin>();
for (const [referrerClass, source, ...hosts] of sourceLines) {
  const origin = Object.freeze({ referrerClass, source });
  if (!bySource.has(source)) bySource.set(source, origin);
  for (const host of hosts) {
    if (host.endsWith(".*")) byName.set(host.slice(0, -2), origin);
    else byHost.set(host, origin);
  }
}

/** The parts of a search company's domain that are searches; its documents, mail and sign-in are not. */
const SEARCH_LABEL = /^(?:www|m|search|images|video|suche|cse|encrypted|[a-z]{2})\.$/;

const withoutWww = (host: string): string => (host.startsWith("www.") ? host.slice(4) : host);

/** Looks a host up among the listed ones: itself, then its parents. */
const listed = (host: string): Origin | undefined => {
  for (let from = 0; from >= 0; from = host.indexOf(".", from) + 1 || -1) {
    const origin = byHost.get(from === 0 ? host : host.slice(from));
    if (origin !== undefined) return origin;
  }
  const match = ANY_COUNTRY.exec(host);
  const origin = byName.get(match?.[2] ?? "");
  if (origin === undefined || origin.referrerClass !== "search") return origin;
  const before = match?.[1] ?? "";
  if (before === "" || SEARCH_LABEL.test(before) || before.endsWith("search.")) return origin;
  return { referrerClass: "referral", source: origin.source };
};

const originOf = (page: Page): Origin => {
  const host = withoutWww(page.host);
  return listed(host) ?? { referrerClass: "referral", source: host };
};

/** One site: the same host but for "www.", or one a subdomain of the other. */
const isSameSite = (left: string, right: string): boolean => {
  const [a, b] = [withoutWww(left), withoutWww(right)];
  return a === b || (b.includes(".") && a.endsWith(`.${b}`)) || (a.includes(".") && b.endsWith(`.${a}`));
};

interface ReadReferrer {
  readonly host: string;
  readonly origin: Origin;
}

const UNREADABLE: ReadReferrer = { host: "", origin: { referrerClass: "", source: "" } };
const cache = new RecentCache<ReadReferrer>(ENTRIES_MAX);

const readReferrer = (referrer: string): ReadReferrer => {
  const known = cache.get(referrer);
  if (known !== undefined) return known;
  const page = readPage(referrer);
  const read =
    page === undefined || page.host === "" ? UNREADABLE : { host: page.host, origin: originOf(page) };
  if (referrer.length <= CACHED_URL_MAX) cache.set(referrer, read);
  return read;
};

/** What the campaign itself says of the class; nothing where it says none. */
const classOfCampaign = (campaign: CampaignOfUrl): ReferrerClass => {
  const clickId = clickIds.get(campaign.clickIdKind);
  if (clickId?.referrerClass === "paid") return "paid";
  const medium = campaign.medium;
  if (medium !== "") {
    if (PAID_NAME.test(medium) || PAID_WORD.test(medium)) return "paid";
    if (EMAIL_MEDIUM.test(medium)) return "email";
    if (SOCIAL_MEDIUM.test(medium)) return "social";
  }
  return clickId?.referrerClass ?? "";
};

/** The class of a campaign's source, which may be a listed name, a host, or anything ("newsletter"). */
const classOfSource = (source: string): ReferrerClass =>
  (bySource.get(source) ?? listed(withoutWww(source)))?.referrerClass ?? "referral";

/** What classifies an arrival. */
export interface Arrival {
  /** The referrer's URL; empty or "-" (access logs) where there was none. */
  readonly referrer: string;
  /** Where the visitor arrived; nothing where the event has no page. */
  readonly page: Page | undefined;
  readonly campaign: CampaignOfUrl;
}

/**
 * Classifies an arrival. A step within the site is internal whatever its URL still carries; then what the campaign
 * says counts (an ad on a search page is paid), then the referrer's host. Never throws.
 */
export const readOrigin = ({ referrer, page, campaign }: Arrival): Origin => {
  const hasReferrer = referrer !== "" && referrer !== "-";
  const read = hasReferrer ? readReferrer(referrer) : UNREADABLE;
  if (read !== UNREADABLE && page !== undefined && page.host !== "" && isSameSite(read.host, page.host)) {
    return { referrerClass: "internal", source: withoutWww(read.host) };
  }
  const said = classOfCampaign(campaign);
  if (read !== UNREADABLE)
    return said === "" ? read.origin : { referrerClass: said, source: read.origin.source };
  const stated = campaign.source || clickIds.get(campaign.clickIdKind)?.source || "";
  const source = stated.toLowerCase().slice(0, SOURCE_MAX);
  if (said !== "") return { referrerClass: said, source };
  if (source !== "") return { referrerClass: classOfSource(source), source };
  return hasReferrer || page === undefined ? UNREADABLE.origin : { referrerClass: "direct", source: "" };
};
