// Campaign names (UTM) and ad click ids out of a URL's query, read from its text without building a URL.

/** A campaign; what is not named is empty. */
export interface Campaign {
  readonly source: string;
  readonly medium: string;
  readonly name: string;
  readonly term: string;
  readonly content: string;
}

/** A campaign and the kind of click id beside it. */
export interface CampaignOfUrl extends Campaign {
  /** The parameter that carried an ad network's click id, such as "gclid"; empty where none did. */
  readonly clickIdKind: string;
}

/** What a click id tells: who adds it, and to which clicks. */
export interface ClickId {
  readonly source: string;
  /** The class of the click: networks that add it to ads alone say "paid", others add it to every link. */
  readonly referrerClass: "paid" | "social" | "email" | "search";
}

/** The click ids we know. Where a URL has several, the first in this order counts: ads before the rest. */
export const clickIds: ReadonlyMap<string, ClickId> = new Map<string, ClickId>([
  ["gclid", { source: "google", referrerClass: "paid" }],
  ["gbraid", { source: "google", referrerClass: "paid" }],
  ["wbraid", { source: "google", referrerClass: "paid" }],
  ["dclid", { source: "google", referrerClass: "paid" }],
  ["gclsrc", { source: "google", referrerClass: "paid" }],
  ["gad_source", { source: "google", referrerClass: "paid" }],
  ["msclkid", { source: "bing", referrerClass: "paid" }],
  ["ttclid", { source: "tiktok", referrerClass: "paid" }],
  ["twclid", { source: "x", referrerClass: "paid" }],
  ["li_fat_id", { source: "linkedin", referrerClass: "paid" }],
  ["rdt_cid", { source: "reddit", referrerClass: "paid" }],
  ["sccid", { source: "snapchat", referrerClass: "paid" }],
  ["epik", { source: "pinterest", referrerClass: "paid" }],
  ["yclid", { source: "yandex", referrerClass: "paid" }],
  ["qclid", { source: "quora", referrerClass: "paid" }],
  ["irclickid", { source: "impact", referrerClass: "paid" }],
  ["fbclid", { source: "facebook", referrerClass: "social" }],
  ["igshid", { source: "instagram", referrerClass: "social" }],
  ["igsh", { source: "instagram", referrerClass: "social" }],
  ["srsltid", { source: "google", referrerClass: "search" }],
  ["mc_eid", { source: "mailchimp", referrerClass: "email" }],
  ["_hsenc", { source: "hubspot", referrerClass: "email" }],
  ["_kx", { source: "klaviyo", referrerClass: "email" }],
  ["vero_id", { source: "vero", referrerClass: "email" }],
  ["mkt_tok", { source: "marketo", referrerClass: "email" }],
]);

/** Values are cut here: the contract's limit on campaign fields. */
const VALUE_MAX = 256;
/** Each character takes at most 12 in percent encoding; what lies past can't be in the value. */
const RAW_VALUE_MAX = VALUE_MAX * 12;
const URL_MAX = 4096;
const KEY_MAX = 16;
/** A query with more parameters than this is read no further. */
const PARAMETERS_MAX = 256;

const NONE: CampaignOfUrl = Object.freeze({
  ...{ source: "", medium: "", name: "", term: "", content: "" },
  clickIdKind: "",
});

const slotOf: Readonly<Record<string, keyof Campaign | undefined>> = Object.freeze(
  Object.assign(Object.create(null), {
    utm_source: "source",
    utm_medium: "medium",
    utm_campaign: "name",
    utm_term: "term",
    utm_content: "content",
  }),
);

const clickIdRank = new Map([...clickIds.keys()].map((kind, rank) => [kind, rank]));

/** Decodes as forms do. What is wrongly encoded becomes U+FFFD, as in every browser; nothing throws. */
const decode = (raw: string): string => {
  const spaced = raw.includes("+") ? raw.replaceAll("+", " ") : raw;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return new URLSearchParams(`value=${raw.replaceAll("&", "%26")}`).get("value") ?? "";
  }
};

/** Cut to `VALUE_MAX`, never between the halves of a surrogate pair, trimmed. */
const boundedValue = (raw: string): string => {
  const value = decode(raw.length > RAW_VALUE_MAX ? raw.slice(0, RAW_VALUE_MAX) : raw).trim();
  if (value.length <= VALUE_MAX) return value;
  const last = value.charCodeAt(VALUE_MAX - 1);
  return value.slice(0, last >= 0xd800 && last <= 0xdbff ? VALUE_MAX - 1 : VALUE_MAX);
};

type Filling = { -readonly [Field in keyof CampaignOfUrl]: CampaignOfUrl[Field] };

/** Reads `key=value&...` in [from, to) of `url`; the first value of a key that is not empty counts. */
const readParameters = (url: string, from: number, to: number): CampaignOfUrl => {
  let found: Filling | undefined;
  let clickRank = Number.POSITIVE_INFINITY;
  let start = from;
  for (let parameters = 0; start < to && parameters < PARAMETERS_MAX; parameters++) {
    const amp = url.indexOf("&", start);
    const end = amp < 0 || amp > to ? to : amp;
    const equals = url.indexOf("=", start);
    if (equals > start && equals < end - 1 && equals - start <= KEY_MAX) {
      const key = url.slice(start, equals).toLowerCase();
      const slot = slotOf[key];
      if (slot !== undefined) {
        found ??= { ...NONE };
        if (found[slot] === "") found[slot] = boundedValue(url.slice(equals + 1, end));
      } else {
        const rank = clickIdRank.get(key);
        if (rank !== undefined && rank < clickRank) {
          found ??= { ...NONE };
          clickRank = rank;
          found.clickIdKind = key;
        }
      }
    }
    start = end + 1;
  }
  return found ?? NONE;
};

/**
 * Reads the campaign from a URL's query, or, where the query names none, from its fragment (as some sites write it
 * to keep their caches warm). Never throws; a shared frozen object where there is nothing.
 */
export const readCampaign = (text: string): CampaignOfUrl => {
  const url = text.length > URL_MAX ? text.slice(0, URL_MAX) : text;
  const hash = url.indexOf("#");
  const queryEnd = hash < 0 ? url.length : hash;
  const query = url.indexOf("?");
  if (query >= 0 && query < queryEnd) {
    const found = readParameters(url, query + 1, queryEnd);
    if (found !== NONE) return found;
  }
  if (hash < 0 || !url.includes("=", hash)) return NONE;
  const inner = url.indexOf("?", hash);
  return readParameters(url, (inner < 0 ? hash : inner) + 1, url.length);
};
