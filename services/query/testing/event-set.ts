// A seeded set of events with everything in it that makes questions hard: clocks that change, ties, values of every
// type under one name, integers past 2^53, nested and dotted names, missing ids, two projects.

/** An event as it is inserted: the columns of events_in that matter here. */
export interface TestEvent {
  readonly project_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly user_id: string;
  readonly anonymous_id: string;
  readonly visitor_id: string;
  readonly time_ms: number;
  readonly received_time_ms: number;
  /** JSON text, as it was sent. */
  readonly properties: string;
  readonly country: string;
  readonly device_class: string;
  readonly browser: string;
  readonly page_path: string;
  readonly is_system: boolean;
  readonly is_bot: boolean;
  readonly sequence: number;
  readonly partition: number;
  readonly raw_sequence: number;
  readonly raw_index: number;
  readonly local_date: number;
  readonly local_hour: number;
  readonly amount: number;
}

/** mulberry32: a small generator of equally spread numbers from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface EventSetOptions {
  readonly project: string;
  readonly seed: number;
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly firstRawSequence: number;
}

const minuteMs = 60_000;

/** Values under one name, of every type that JSON has. */
const mixedValues = [
  "1",
  '"1"',
  "1.5",
  "0",
  "-3",
  "null",
  "true",
  "false",
  '""',
  '"text"',
  '"TeXt ÄÖ"',
  '"2024-03-31"',
  '"2024-03-31 01:00:00"',
  "[1,2]",
  '["a","b"]',
  '[{"k":1}]',
  '{"in":1}',
  "{}",
  "9007199254740992",
  "9007199254740993",
  "9007199254740994",
  "18446744073709551615",
  "0.1",
  "1e21",
];

export function eventSet(options: EventSetOptions): TestEvent[] {
  const { project, seed, count, fromMs, toMs, firstRawSequence } = options;
  const random = seeded(seed);
  const pick: Pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  return Array.from({ length: count }, (_, index) => {
    // Many on whole minutes, so that edges of buckets and ties are met.
    const at = fromMs + Math.floor(random() * (toMs - fromMs));
    const timeMs = random() < 0.3 ? at - (at % (15 * minuteMs)) : at;
    const isSystem = random() < 0.05;
    const type = isSystem
      ? pick(["identify", "traits", "alias"])
      : pick(["purchase", "page", "signup", "it's `odd`"]);
    const userId = random() < 0.5 ? `user-${Math.floor(random() * 40)}` : "";
    const anonymousId = random() < 0.8 ? `anon-${Math.floor(random() * 60)}` : "";
    const delayMs = random() < 0.2 ? Math.floor(random() * 3 * 86_400_000) : Math.floor(random() * 2_000);
    return {
      project_id: project,
      event_id: `e-${seed}-${index}`,
      type,
      user_id: userId,
      anonymous_id: anonymousId,
      visitor_id: userId || anonymousId,
      time_ms: timeMs,
      received_time_ms: timeMs + delayMs,
      properties: isSystem ? systemPropertiesOf(type, random, pick) : propertiesOf(random, pick),
      country: pick(["AT", "DE", "CL", "IN", ""]),
      device_class: pick(["desktop", "mobile", ""]),
      browser: pick(["Firefox", "Chrome", ""]),
      page_path: pick(["/", "/shop", "/shop/Ärger", ""]),
      is_system: isSystem,
      is_bot: random() < 0.1,
      sequence: random() < 0.5 ? Math.floor(random() * 100) : 0,
      partition: Math.floor(random() * 4),
      raw_sequence: firstRawSequence + Math.floor(index / 50),
      raw_index: index % 50,
      local_date: Math.floor(timeMs / 86_400_000),
      local_hour: Math.floor((timeMs % 86_400_000) / 3_600_000),
      amount: 0,
    };
  });
}

type Pick = <T>(items: readonly T[]) => T;

function systemPropertiesOf(type: string, random: () => number, pick: Pick): string {
  if (type === "alias") return `{"previous_id":"user-${Math.floor(random() * 40)}"}`;
  const parts = [`"tier":${pick(['"gold"', '"silver"', "3", "null", "[1]"])}`];
  if (random() < 0.5) parts.push(`"home":{"city":${pick(['"Wien"', "7"])}}`);
  if (random() < 0.5) parts.push(`"age":${Math.floor(random() * 90)}`);
  return `{${parts.join(",")}}`;
}

function propertiesOf(random: () => number, pick: Pick): string {
  const parts: string[] = [];
  if (random() < 0.7)
    parts.push(`"amount":${random() < 0.5 ? (random() * 100).toFixed(2) : Math.floor(random() * 100)}`);
  if (random() < 0.7) parts.push(`"mixed":${pick(mixedValues)}`);
  if (random() < 0.5) parts.push(`"plan":${pick(['"gold"', '"silver"', '"gold "', '"Gold"', "null"])}`);
  if (random() < 0.5)
    parts.push(`"cart":{"total":${Math.floor(random() * 50)},"city":{"name":${pick(['"Wien"', '"Graz"'])}}}`);
  if (random() < 0.3) parts.push(`"cart.total":${Math.floor(random() * 9)}`);
  if (random() < 0.3) parts.push(`"we\`ird \\\\ 'key' \\u0000 {x:String}":${pick(['"a"', "1", '"b\\nc"'])}`);
  return `{${parts.join(",")}}`;
}
