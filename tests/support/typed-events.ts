// What the programs below tests/clients/codegen send.

const at = Date.parse("2026-03-01T12:00:00.250Z");
const id = "018f4e2a-0000-7000-8000-0123456789ab";
const ofDay = (3_600 + 2 * 60 + 3) * 1_000 + 4;

/** By name, as they are read back: what was left out has its default, and null is stored as nothing. */
export const sentEvents: Readonly<Record<string, unknown>> = {
  full: {
    amount: 12.5,
    currency: "USD",
    coupon: "naïve ☃",
    quantity: 3,
    items: [{ sku: "a", price: -3.5 }],
  },
  short: {
    amount: -0.25,
    currency: "EUR",
    quantity: 1,
    items: [],
  },
  every: {
    boolean: true,
    long: "9007199254740993",
    float: 1.5,
    bytes: "\u0000ÿ",
    fixed: "abcd",
    again: "wxyz",
    map: { a: 1 },
    deep: [{ k: ["x", "y"] }],
    decimal: -12.345,
    uuid: id,
    uuid_fixed: id,
    date: Date.parse("2026-03-01") / 86_400_000,
    time_millis: ofDay,
    time_micros: ofDay * 1_000,
    at_millis: at,
    at_micros: `${at}000`,
    at_nanos: `${at}000000`,
    local_millis: at,
    local_micros: `${at}000`,
    lasting: { months: 1, days: 2, milliseconds: 3 },
    either: 7,
    perhaps: { x: 5 },
    stated_default: "said",
    list_default: [1, -1],
    record_default: { x: 7 },
    enum_default: "high",
    tree: {
      value: 1,
      next: { value: 2, children: [] },
      children: [{ value: 3, children: [] }],
    },
    unknown_logical: "z",
  },
  visit: {
    url: "https://example.com/",
    kind: "again!",
    version: 3,
    "2fa": true,
    "naïve ☃": 1.5,
    购买: 3,
    tags: ["a", 'b"'],
    when: "2026-03-01T12:00:00Z",
    day: "2026-03-01",
    scores: { x: 1 },
    extra: { deep: [null, "y"] },
    mixed: true,
    amount: { name: "here", within: { name: "there" } },
  },
};

/** Properties, with whole numbers beyond 2^53 as their digits, and a time as one of several texts of it. */
export function readProperties(text: string): unknown {
  const exact = text.replace(/:(\d{16,})/g, ':"$1"');
  return JSON.parse(exact, (key, value) =>
    key === "when" ? String(value).replace(/\.000Z$|\+00:00$/, "Z") : value,
  );
}
