import { randomOf } from "./random.js";
import { agents, countries, crawler } from "./shop.js";

/** A simulated visitor: everything about them follows from the seed and their number. */
export interface Visitor {
  readonly anonymousId: string;
  /** Undefined for those who never sign in. */
  readonly userId: string | undefined;
  readonly country: string;
  readonly locale: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly isCrawler: boolean;
  readonly plan: string;
  /** How willing they are to buy; most are not. */
  readonly mood: number;
}

const NEW_SHARE = 0.5;
/** Visits back from which a visitor returns, on average. */
const RETURN_MEAN = 2_500;

/** Who makes the visit with this number: somebody new, or somebody of an earlier visit, rather of a recent one. */
export function visitorOfVisit(seed: number, visit: number): number {
  let number = visit;
  for (;;) {
    const random = randomOf(seed, 1, number);
    if (number < 50 || random.chance(NEW_SHARE)) return number;
    number = Math.max(0, number - 1 - Math.floor(random.exponential(RETURN_MEAN)));
  }
}

/** The visitor with this number. */
export function visitorOf(seed: number, number: number): Visitor {
  const random = randomOf(seed, 2, number);
  const country = random.pick(countries);
  const network = country.networks[random.below(country.networks.length)] ?? "192.0";
  const isCrawler = random.chance(0.012);
  return {
    anonymousId: `demo-${seed}-${number.toString(36).padStart(5, "0")}`,
    userId: !isCrawler && random.chance(0.35) ? `customer-${10_000 + number}` : undefined,
    country: country.code,
    locale: country.locale,
    ip: isCrawler
      ? `66.249.66.${random.below(256)}`
      : `${network}.${random.below(256)}.${1 + random.below(254)}`,
    userAgent: isCrawler ? crawler : random.pick(agents),
    isCrawler,
    plan: random.pick([
      ["guest", 70],
      ["member", 25],
      ["gold", 5],
    ]),
    mood: random.next() ** 2,
  };
}
