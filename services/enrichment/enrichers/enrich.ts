// All that is known about an event from what it carries itself: a pure function of it and the geo table, so that the
// same log gives the same rows, whoever reads it. No text makes it throw; what can't be read stays empty.
import { type Campaign, readCampaign } from "./campaign.js";
import type { GeoTable } from "./geo.js";
import { readPage } from "./page.js";
import { type ReferrerClass, readOrigin } from "./referrer.js";
import { type DeviceClass, readAgent } from "./user-agent.js";

/** Counts up with every change of rules or lists that can change a result; a rebuild states it. */
export const ENRICHERS_VERSION = 1;

/** What an event carries; empty where it doesn't. */
export interface EnrichInput {
  /** Truncated or whole. */
  readonly ip: string;
  readonly userAgent: string;
  readonly referrer: string;
  readonly pageUrl: string;
  /** The campaign as the client stated it; what it names wins over the page's URL. */
  readonly campaign?: Campaign | undefined;
}

/** The fields that enrichment adds to tideline.pipeline.v1.Event, by their names there; empty where unknown. */
export interface Enrichment {
  country: string;
  region: string;
  city: string;
  browser: string;
  browserVersion: string;
  os: string;
  osVersion: string;
  deviceClass: DeviceClass;
  deviceFamily: string;
  isBot: boolean;
  referrerClass: ReferrerClass;
  referrerSource: string;
  utmSource: string;
  utmMedium: string;
  utmCampaign: string;
  utmTerm: string;
  utmContent: string;
  clickIdKind: string;
  pageHost: string;
  pagePath: string;
}

/** Enriches one event. */
export const enrich = (geo: GeoTable, input: EnrichInput): Enrichment => {
  const place = input.ip === "" ? undefined : geo.lookup(input.ip);
  const agent = readAgent(input.userAgent);
  const page = input.pageUrl === "" ? undefined : readPage(input.pageUrl);
  const ofUrl = readCampaign(input.pageUrl);
  const stated = input.campaign;
  const campaign = {
    source: stated?.source || ofUrl.source,
    medium: stated?.medium || ofUrl.medium,
    name: stated?.name || ofUrl.name,
    term: stated?.term || ofUrl.term,
    content: stated?.content || ofUrl.content,
    clickIdKind: ofUrl.clickIdKind,
  };
  const origin = readOrigin({ referrer: input.referrer, page, campaign });
  return {
    country: place?.country ?? "",
    region: place?.region ?? "",
    city: place?.city ?? "",
    browser: agent.browser,
    browserVersion: agent.browserVersion,
    os: agent.os,
    osVersion: agent.osVersion,
    deviceClass: agent.deviceClass,
    deviceFamily: agent.deviceFamily,
    isBot: agent.isBot,
    referrerClass: origin.referrerClass,
    referrerSource: origin.source,
    utmSource: campaign.source,
    utmMedium: campaign.medium,
    utmCampaign: campaign.name,
    utmTerm: campaign.term,
    utmContent: campaign.content,
    clickIdKind: campaign.clickIdKind,
    pageHost: page?.host ?? "",
    pagePath: page?.path ?? "",
  };
};
