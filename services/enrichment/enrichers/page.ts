// Host and path of a URL, read from its text: `new URL` costs ten times as much and is asked only for what a scan
// can't judge (international names, backslashes, dot segments).

/** Where a page is. */
export interface Page {
  /** Lower case, without port and user; empty where the URL is a path alone. */
  readonly host: string;
  /** Starts with a slash and ends with none, except the root; as encoded in the URL. */
  readonly path: string;
}

/** Longer URLs are cut before they are read: the contract's own limit on them. */
const URL_MAX = 4096;
const PATH_MAX = 1024;
const HOST_MAX = 253;

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,30}:\/\//;
const PLAIN_HOST = /^[a-z0-9._-]+$/;
const IPV6_HOST = /^\[[0-9a-f:.]+\]$/;
/** What a browser would write otherwise: the path percent-encode set of the URL standard, backslashes, dot segments. */
const NOT_CANONICAL = /[^\x21\x24-\x3b\x3d\x40-\x5b\x5d\x5f\x61-\x7a\x7c\x7e]|\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** A trailing slash makes no difference (semantics: paths). */
const withoutTrailingSlash = (path: string): string => {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 47) end -= 1;
  return end === path.length ? path : path.slice(0, end);
};

const bounded = (host: string, path: string): Page | undefined => {
  if (host.length > HOST_MAX) return undefined;
  return { host, path: withoutTrailingSlash(path.length > PATH_MAX ? path.slice(0, PATH_MAX) : path) };
};

/** The platform's own reading. A base makes a path alone readable; its host is given back as none. */
const readSlowly = (url: string, hasHost: boolean): Page | undefined => {
  let parsed: URL;
  try {
    parsed = new URL(url, hasHost ? undefined : "http://path.invalid");
  } catch {
    return undefined;
  }
  return bounded(hasHost ? parsed.hostname.toLowerCase() : "", parsed.pathname || "/");
};

/** The end of the path: the first "?" or "#" from `from`, or the end. */
const pathEnd = (url: string, from: number): number => {
  for (let index = from; index < url.length; index++) {
    const code = url.charCodeAt(index);
    if (code === 63 || code === 35) return index;
  }
  return url.length;
};

/** The host in an authority, or nothing where only a full reading can tell. */
const hostOf = (authority: string): string | undefined => {
  let host = authority.slice(authority.lastIndexOf("@") + 1);
  const colon = host.lastIndexOf(":");
  if (colon >= 0 && colon > host.lastIndexOf("]")) host = host.slice(0, colon);
  host = host.toLowerCase();
  return PLAIN_HOST.test(host) || IPV6_HOST.test(host) ? host : undefined;
};

/**
 * Reads an absolute URL of any scheme with "//", one without scheme ("//host/path"), or a path alone ("/path").
 * Nothing for anything else. Never throws.
 */
export const readPage = (text: string): Page | undefined => {
  const url = text.length > URL_MAX ? text.slice(0, URL_MAX) : text;
  if (url.charCodeAt(0) === 47 && url.charCodeAt(1) !== 47) {
    const path = url.slice(0, pathEnd(url, 0));
    return NOT_CANONICAL.test(path) ? readSlowly(path, false) : bounded("", path);
  }
  const scheme = url.startsWith("//") ? "//" : SCHEME.exec(url)?.[0];
  if (scheme === undefined) return undefined;
  const end = pathEnd(url, scheme.length);
  const slash = url.indexOf("/", scheme.length);
  const hostEnd = slash < 0 || slash > end ? end : slash;
  const host = hostOf(url.slice(scheme.length, hostEnd));
  const path = hostEnd === end ? "/" : url.slice(hostEnd, end);
  if (host === undefined || NOT_CANONICAL.test(path)) {
    return readSlowly(scheme === "//" ? `http:${url.slice(0, end)}` : url.slice(0, end), true);
  }
  return bounded(host, path);
};
