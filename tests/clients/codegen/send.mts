// Sends one event of each kind with the generated tracker and prints the verdicts, by their ids.
import { TidelineClient } from "@tideline/client";
import { Tracker } from "./events/tracker.js";

declare const process: { readonly argv: readonly string[] };
declare const console: { log(text: string): void };

const [url = "", key = "", prefix = ""] = process.argv.slice(2);
const client = new TidelineClient({ url, key });
const tracker = new Tracker(client);
const about = (name: string) => ({ eventId: `${prefix}-${name}`, userId: prefix });

const sent = [
  tracker.purchase(
    { amount: 12.5, currency: "USD", coupon: "naïve ☃", quantity: 3, items: [{ sku: "a", price: "-3.50" }] },
    about("full"),
  ),
  tracker.purchase({ amount: -0.25, currency: "EUR", items: [] }, about("short")),
  tracker.everyThing(
    {
      boolean: true,
      long: 9007199254740993n,
      float: 1.5,
      bytes: Uint8Array.of(0, 255),
      fixed: Uint8Array.of(97, 98, 99, 100),
      again: Uint8Array.of(119, 120, 121, 122),
      map: { a: 1, b: null },
      deep: [{ k: ["x", "y"] }],
      decimal: "-12.345",
      uuid: "018f4e2a-0000-7000-8000-0123456789ab",
      uuid_fixed: "018f4e2a-0000-7000-8000-0123456789ab",
      date: "2026-03-01",
      time_millis: "01:02:03.004",
      time_micros: "01:02:03.004",
      at_millis: new Date("2026-03-01T12:00:00.250Z"),
      at_micros: new Date("2026-03-01T12:00:00.250Z"),
      at_nanos: new Date("2026-03-01T12:00:00.250Z"),
      local_millis: "2026-03-01T12:00:00.250",
      local_micros: "2026-03-01T12:00:00.250",
      lasting: { months: 1, days: 2, milliseconds: 3 },
      either: { kind: "long", value: 7 },
      perhaps: { kind: "inner", value: { x: 5 } },
      stated_null: null,
      stated_default: "said",
      tree: { value: 1, next: { value: 2 }, children: [{ value: 3 }] },
      unknown_logical: "z",
    },
    about("every"),
  ),
  tracker.pageVisited(
    {
      url: "https://example.com/",
      kind: "again!",
      "2fa": true,
      "naïve ☃": 1.5,
      购买: 3,
      tags: ["a", 'b"'],
      when: new Date("2026-03-01T12:00:00Z"),
      day: "2026-03-01",
      scores: { x: 1 },
      extra: { deep: [null, "y"] },
      mixed: true,
      amount: { kind: "place", value: { name: "here", within: { name: "there" } } },
      position: [1.5, -0.25, null, { name: "by" }],
      pair: [9, "b"],
      item: { id: "i", price: 2.5, parts: [{ id: "j" }] },
    },
    about("visit"),
  ),
  tracker.orderPlaced(
    {
      orderId: "A-1",
      status: "STATUS_PAID",
      lines: [
        {
          sku: "a",
          quantity: 4_294_967_295,
          discount: { kind: "PERCENT", by: 12.5 },
          parts: [{ sku: "b", quantity: 1 }],
        },
      ],
      byShelf: { top: { sku: "c" } },
      byNumber: { "-9007199254740993": "x" },
      byFlag: { true: 18_446_744_073_709_551_615n },
      byStep: { 7: "STATUS_OPEN" },
      coupon: "",
      before: "STATUS_UNSPECIFIED",
      tries: 0,
      totalCents: 9_223_372_036_854_775_807n,
      big: 18_446_744_073_709_551_615n,
      delta: -9_223_372_036_854_775_808n,
      mark: 5,
      drift: -5,
      code: 4_294_967_295,
      shift: -2_147_483_648,
      step: -1,
      rate: 0.5,
      score: -0.0025,
      gift: true,
      token: Uint8Array.of(0, 255, 16, 1),
      placedAt: new Date("2026-03-01T12:00:00.250Z"),
      took: "-1.500s",
      note: "",
      points: 9_007_199_254_740_993n,
      rank: 0,
      agreed: false,
      seal: Uint8Array.of(251, 239),
      share: 0.25,
      extra: { deep: [null, "y"] },
      anything: [1, "x"],
      list: [true, { a: 1 }],
      other: { "@type": "type.googleapis.com/google.protobuf.Duration", value: "3s" },
      changed: "orderId,status",
      nothing: {},
      stops: [new Date("2026-03-01T12:00:00Z")],
      pages: [Uint8Array.of(1), Uint8Array.of()],
      payment: { kind: "pointsSpent", value: 9_007_199_254_740_993n },
      "2nd name": "old",
      elsewhere: { payment: "p", only: { kind: "order", value: { orderId: "in" } } },
    },
    about("order"),
  ),
  tracker.orderPlaced({}, about("bare")),
  tracker.signal(
    {
      class: "c",
      type: 0,
      mood: "None",
      inner: { again: { class: "d", type: -1, mood: "option_", inner: {} } },
      part: { on: false },
      v: { kind: "self", value: "me" },
      "[added]": "x",
    },
    about("signal"),
  ),
];
const verdicts = Promise.all(sent);
await client.close();
const said = (await verdicts).map(({ eventId, outcome, fault }) => [eventId, fault?.message ?? outcome]);
console.log(JSON.stringify(Object.fromEntries(said)));
