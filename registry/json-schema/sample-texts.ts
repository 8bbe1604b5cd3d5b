// Numbers and texts that lie where schemas draw their lines.
import type { Facts } from "./facts.js";
import type { TextSearch } from "./regular.js";

const LENGTH_MAX = 2_000;

/** Valid texts of the formats that the validator asserts. */
const formatSamples: Readonly<Record<string, readonly string[]>> = {
  "date-time": ["2026-01-02T03:04:05Z"],
  "iso-date-time": ["2026-01-02T03:04:05Z"],
  date: ["2026-01-02"],
  time: ["03:04:05Z"],
  "iso-time": ["03:04:05Z", "03:04:05"],
  duration: ["P1D"],
  email: ["a@example.com"],
  hostname: ["example.com"],
  ipv4: ["192.0.2.1"],
  ipv6: ["2001:db8::1"],
  uri: ["https://example.com/a"],
  url: ["https://example.com/a"],
  "uri-reference": ["/a"],
  "uri-template": ["/{a}"],
  uuid: ["123e4567-e89b-42d3-a456-426614174000", "urn:uuid:123e4567-e89b-42d3-a456-426614174000"],
  "json-pointer": ["/a"],
  "relative-json-pointer": ["1/a"],
  regex: ["a+"],
  byte: ["YQ=="],
};

/** Texts of a format that are as long as is asked for, where it has such. */
const longSamples: Readonly<Record<string, (length: number) => string>> = {
  email: (length) => `${"a".repeat(Math.max(length - 6, 1))}@b.com`,
  uri: (length) => `https://a/${"b".repeat(Math.max(length - 10, 0))}`,
  "uri-reference": (length) => `/${"a".repeat(Math.max(length - 1, 0))}`,
  hostname: (length) => "a".repeat(40).concat(".").repeat(6).slice(-length),
};

const isSample = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Numbers at and around the bounds of all facts. */
export function sampleNumbers(writer: Facts, hints: readonly Facts[]): number[] {
  const points = new Set<number>([0, 1, -1, 2, 0.5, 1.5, -1.5, 10, 1_000_003, -1_000_003]);
  const all = [writer, ...hints];
  for (const { range, values } of all) {
    for (const end of [range.least, range.most]) {
      if (isSample(end)) for (const by of [0, 1, -1, 0.5, -0.5, 0.01, -0.01]) points.add(end + by);
    }
    for (const value of (values ?? []).slice(0, 20)) if (isSample(value)) points.add(value).add(value + 1);
  }
  const steps = all.flatMap((it) => [...it.multiples]).slice(0, 8);
  const { least, most } = writer.range;
  for (const step of steps) {
    for (const times of [1, 2, 3, 5, 7, -1]) points.add(decimal(step * times));
    if (isSample(least))
      points.add(decimal(Math.ceil(least / step) * step)).add(decimal((Math.floor(least / step) + 1) * step));
    if (isSample(most))
      points.add(decimal(Math.floor(most / step) * step)).add(decimal((Math.ceil(most / step) - 1) * step));
    for (const point of [...points].slice(0, 60)) points.add(decimal(Math.round(point / step) * step));
  }
  return [...points].filter(isSample);
}

/** Without the noise of binary fractions. */
const decimal = (value: number): number => Number(value.toPrecision(14));

const lengthsOf = (writer: Facts, hints: readonly Facts[]): number[] => {
  const lengths = new Set<number>([0, 1, 5]);
  for (const { length } of [writer, ...hints]) {
    for (const end of [length.least, length.most]) for (const by of [0, -1, 1]) lengths.add(end + by);
  }
  return [...lengths].filter((it) => it >= 0 && it <= LENGTH_MAX);
};

/** Texts of all lengths and patterns that the facts tell apart. */
export function sampleTexts(search: TextSearch, writer: Facts, hints: readonly Facts[]): string[] {
  const lengths = lengthsOf(writer, hints);
  const texts = new Set<string>(["text", ...lengths.map((length) => "a".repeat(length))]);
  const add = (inside: readonly string[], outside: readonly string[] = []) => {
    const found = search.find({ in: inside, out: outside });
    if (typeof found === "string") texts.add(found);
  };
  const own = [...writer.patterns];
  const others = [...new Set(hints.flatMap((it) => [...it.patterns]))].slice(0, 8);
  if (own.length > 0 || others.length > 0) {
    add(own);
    for (const pattern of others) {
      add(own, [pattern]);
      add([...own, pattern]);
    }
    if (others.length > 1) add(own, others);
    for (const length of lengths.filter((it) => it > 0 && it <= 60)) add([...own, `^[^]{${length}}`]);
  }
  for (const { formats, values, required } of [writer, ...hints]) {
    for (const format of formats) {
      for (const it of formatSamples[format] ?? []) texts.add(it);
      const long = longSamples[format];
      if (long !== undefined) for (const length of lengths) texts.add(long(length));
    }
    for (const value of (values ?? []).slice(0, 20)) if (typeof value === "string") texts.add(value);
    for (const name of [...required].slice(0, 5)) texts.add(name);
  }
  texts.add("no such format");
  return [...texts];
}
