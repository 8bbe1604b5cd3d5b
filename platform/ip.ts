// IP addresses as text and bytes. Strict on what enters: what is no address in full is nothing, so that neither a
// host name nor a half-read address is ever stored, looked up or left untruncated.

/** 4 bytes of IPv4 or 16 of IPv6, in network order. IPv4 in its IPv6 form (::ffff:0:0/96) is 4 bytes. */
export type IpBytes = Uint8Array;

/** The longest text of an IPv6 address with an IPv4 tail. */
const TEXT_MAX = 45;
const DOT = 46;
const COLON = 58;
const ZERO = 48;

/** Reads dotted decimal from `from` to the end into `into[at..at+3]`: four numbers, no leading zeros. */
const readIpv4 = (text: string, from: number, into: Uint8Array, at: number): boolean => {
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let index = from; index <= text.length; index++) {
    const code = index === text.length ? DOT : text.charCodeAt(index);
    if (code === DOT) {
      if (digits === 0 || value > 255 || part > 3) return false;
      into[at + part] = value;
      part += 1;
      digits = 0;
      value = 0;
      continue;
    }
    const digit = code - ZERO;
    if (digit < 0 || digit > 9 || digits === 3 || (digits > 0 && value === 0)) return false;
    value = value * 10 + digit;
    digits += 1;
  }
  return part === 4;
};

const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};

/** Moves what was read after "::" to the end; false where the groups don't add up to an address. */
const spread = (bytes: Uint8Array, length: number, gapAt: number): boolean => {
  if (gapAt < 0) return length === 16;
  if (length > 14) return false;
  bytes.copyWithin(16 - (length - gapAt), gapAt, length);
  bytes.fill(0, gapAt, 16 - (length - gapAt));
  return true;
};

const readIpv6 = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(16);
  let length = 0;
  let gapAt = -1;
  let index = 0;
  if (text.startsWith("::")) {
    gapAt = 0;
    index = 2;
  }
  while (index < text.length) {
    if (length === 16) return undefined;
    const start = index;
    let value = 0;
    for (let digit = 0; index < text.length; index++) {
      digit = hexDigit(text.charCodeAt(index));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (index < text.length && text.charCodeAt(index) === DOT) {
      if (length > 12 || !readIpv4(text, start, bytes, length)) return undefined;
      length += 4;
      break;
    }
    if (index === start || index - start > 4) return undefined;
    bytes[length] = value >> 8;
    bytes[length + 1] = value & 255;
    length += 2;
    if (index === text.length) break;
    if (text.charCodeAt(index) !== COLON) return undefined;
    index += 1;
    if (index === text.length) return undefined;
    if (text.charCodeAt(index) === COLON) {
      if (gapAt >= 0) return undefined;
      gapAt = length;
      index += 1;
    }
  }
  return spread(bytes, length, gapAt) ? bytes : undefined;
};

/** Whether all bytes in [from, to) are zero. */
const isZero = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let index = from; index < to; index++) if (bytes[index] !== 0) return false;
  return true;
};

/**
 * Reads an address in the text forms of RFC 4291 and dotted decimal. Ports, brackets, zone ids, prefixes, leading
 * zeros in IPv4 (octal to some) and white space are refused: see `hostOfEndpoint` for what carries them.
 */
export const parseIp = (text: string): IpBytes | undefined => {
  if (text.length < 2 || text.length > TEXT_MAX) return undefined;
  if (!text.includes(":")) {
    const bytes = new Uint8Array(4);
    return readIpv4(text, 0, bytes, 0) ? bytes : undefined;
  }
  const bytes = readIpv6(text);
  if (bytes !== undefined && isZero(bytes, 0, 10) && bytes[10] === 255 && bytes[11] === 255)
    return bytes.slice(12);
  return bytes;
};

/** The canonical text: dotted decimal, or RFC 5952 (lower case, the longest run of zero groups shortened). */
export const formatIp = (bytes: IpBytes): string => {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const groups: string[] = [];
  let runAt = -1;
  let runLength = 1;
  let zeros = 0;
  for (let group = 0; group < 8; group++) {
    const value = ((bytes[group * 2] ?? 0) << 8) | (bytes[group * 2 + 1] ?? 0);
    groups.push(value.toString(16));
    zeros = value === 0 ? zeros + 1 : 0;
    if (zeros > runLength) {
      runLength = zeros;
      runAt = group + 1 - zeros;
    }
  }
  if (runAt < 0) return groups.join(":");
  return `${groups.slice(0, runAt).join(":")}::${groups.slice(runAt + runLength).join(":")}`;
};

/**
 * Makes an address tell a network and no household: IPv4 keeps 24 bits, IPv6 48; 6to4 (2002::/16), whose next 32
 * bits are an IPv4 address, keeps 24 of those. Canonical text, or nothing where `text` is no address.
 */
export const truncateIp = (text: string): string | undefined => {
  const bytes = parseIp(text);
  if (bytes === undefined) return undefined;
  const isSixToFour = bytes.length === 16 && bytes[0] === 0x20 && bytes[1] === 0x02;
  return formatIp(bytes.fill(0, bytes.length === 4 ? 3 : isSixToFour ? 5 : 6));
};

/**
 * The address in what sockets and forwarding headers write: "1.2.3.4:80", "[::1]:443", "fe80::1%eth0" and plain
 * addresses. Returns the text of the address alone, for `parseIp` to judge.
 */
export const hostOfEndpoint = (endpoint: string): string => {
  let host = endpoint.trim();
  if (host.startsWith("[")) {
    const close = host.indexOf("]");
    if (close < 0 || !/^(?::\d{1,5})?$/.test(host.slice(close + 1))) return "";
    host = host.slice(1, close);
  } else if (host.indexOf(":") === host.lastIndexOf(":")) {
    host = host.replace(/:\d{1,5}$/, "");
  }
  const zone = host.indexOf("%");
  return zone < 0 ? host : host.slice(0, zone);
};

/**
 * Whether the address can be seen on the public internet, so that a place may be known for it: neither private,
 * loopback, link local, shared (RFC 6598), for documentation, multicast nor reserved (RFC 6890).
 */
export const isPublicIp = (bytes: IpBytes): boolean => {
  const [a = 0, b = 0, c = 0] = bytes;
  if (bytes.length === 4) {
    if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
    if (a === 100) return b < 64 || b > 127;
    if (a === 169) return b !== 254;
    if (a === 172) return b < 16 || b > 31;
    if (a === 192) return b !== 168 && !(b === 0 && (c === 0 || c === 2));
    if (a === 198) return b !== 18 && b !== 19 && !(b === 51 && c === 100);
    if (a === 203) return !(b === 0 && c === 113);
    return true;
  }
  // Global unicast is 2000::/3; 2001:db8::/32 is for documentation; 64:ff9b::/96 carries IPv4.
  if (a === 0x00 && b === 0x64) return c === 0xff && bytes[3] === 0x9b && isPublicIp(bytes.subarray(12));
  if (a === 0x20 && b === 0x02) return isPublicIp(bytes.subarray(2, 6));
  return (a & 0xe0) === 0x20 && !(a === 0x20 && b === 0x01 && c === 0x0d && bytes[3] === 0xb8);
};
