// Where an address is. The packaged table (CC0, countries only) needs nothing; a MaxMind file gives more.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { open, type Reader, type Response } from "maxmind";
import { formatIp, isPublicIp, parseIp } from "../../../platform/ip.js";
import { RecentCache } from "../../../platform/recent-cache.js";

/** What is known of an address; what isn't is empty. */
export interface Place {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  /** ISO 3166-2 without the country's part, such as "ENG". */
  readonly region: string;
  /** The English name. */
  readonly city: string;
}

/** A table of places by address; answers only from its file, so the same file gives the same answers. */
export interface GeoTable {
  /** Type and build time of the file: together with the address it determines the answer. */
  readonly version: string;
  /**
   * The place of an IPv4 or IPv6 address, which may be truncated. Nothing for what is no address, is not public, or
   * is not in the table. Never throws.
   */
  lookup(ip: string): Place | undefined;
}

/** The packaged table says `country_code`; MaxMind's say the rest. */
interface GeoRecord {
  readonly country_code?: string;
  readonly country?: { readonly iso_code?: string };
  readonly city?: { readonly names?: { readonly en?: string } };
  readonly subdivisions?: readonly { readonly iso_code?: string }[];
}

const ENTRIES_MAX = 32_768;
const COUNTRY = /^[A-Z]{2}$/;
/** What the cache holds for an address without a place, since it can't hold nothing. */
const NOWHERE: Place = Object.freeze({ country: "", region: "", city: "" });

const packagedPath = (): string => {
  const manifest = createRequire(import.meta.url).resolve(
    "@ip-location-db/geo-whois-asn-country-mmdb/package.json",
  );
  return join(dirname(manifest), "geo-whois-asn-country.mmdb");
};

const placeOf = (record: GeoRecord | null): Place => {
  const country = record?.country_code ?? record?.country?.iso_code ?? "";
  if (record === null || !COUNTRY.test(country)) return NOWHERE;
  return { country, region: record.subdivisions?.[0]?.iso_code ?? "", city: record.city?.names?.en ?? "" };
};

const lookUp = (reader: Reader<Response>, ip: string): Place => {
  const bytes = parseIp(ip);
  if (bytes === undefined || !isPublicIp(bytes)) return NOWHERE;
  try {
    return placeOf(reader.get(formatIp(bytes)) as GeoRecord | null);
  } catch {
    // A table of IPv4 alone refuses IPv6; a damaged record is no place either.
    return NOWHERE;
  }
};

/**
 * Opens the packaged table of countries, or the City or Country file at `path`. Reads the file whole.
 * @throws where the file can't be read or is no such table.
 */
export const openGeo = async (path: string = packagedPath()): Promise<GeoTable> => {
  const reader = await open(path);
  const cache = new RecentCache<Place>(ENTRIES_MAX);
  const { databaseType, buildEpoch } = reader.metadata;
  return {
    version: `${databaseType} ${buildEpoch.toISOString()}`,
    lookup(ip) {
      let place = cache.get(ip);
      if (place === undefined) {
        place = lookUp(reader, ip);
        if (ip.length <= 45) cache.set(ip, place);
      }
      return place === NOWHERE ? undefined : place;
    },
  };
};
