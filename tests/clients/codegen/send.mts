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
    },
    about("visit"),
  ),
];
const verdicts = Promise.all(sent);
await client.close();
const said = (await verdicts).map(({ eventId, outcome, fault }) => [eventId, fault?.message ?? outcome]);
console.log(JSON.stringify(Object.fromEntries(said)));
