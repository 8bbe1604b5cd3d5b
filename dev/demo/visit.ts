import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { type Random, randomOf } from "./random.js";
import { arrivals, type Product, products, searches } from "./shop.js";
import { type Visitor, visitorOf, visitorOfVisit } from "./visitor.js";

/** Said in every event, so that nobody takes them for real. */
export const libraryName = "tideline-demo";

const SHOP = "https://shop.example";
const STEPS_MAX = 30;

/** One visit of the simulation. */
export interface VisitName {
  readonly seed: number;
  /** Counts up over the simulation; decides who comes and what they do. */
  readonly visit: number;
  readonly startMs: number;
  /** Put before the ids of its events, which are otherwise the visit's number and a count. */
  readonly idPrefix: string;
}

/** The events of a visit in their order, minutes long at most. The same name gives the same events. */
export function eventsOfVisit(name: VisitName): Event[] {
  const visitor = visitorOf(name.seed, visitorOfVisit(name.seed, name.visit));
  const visit = new Visit(name, visitor);
  visit.play();
  return visit.events;
}

/** Somebody walks through the shop: looks at pages and things, puts some into the cart, and buys now and then. */
class Visit {
  readonly events: Event[] = [];
  readonly #name: VisitName;
  readonly #visitor: Visitor;
  readonly #random: Random;
  readonly #cart: { product: Product; pieces: number }[] = [];
  #timeMs: number;
  #page: string;
  #title = "Tideline demo shop";
  #referrer: string;
  #isSignedIn = false;

  constructor(name: VisitName, visitor: Visitor) {
    this.#name = name;
    this.#visitor = visitor;
    this.#random = randomOf(name.seed, 3, name.visit);
    const arrival = this.#random.pick(arrivals);
    this.#timeMs = name.startMs;
    this.#referrer = visitor.isCrawler ? "" : arrival.referrer;
    const query = visitor.isCrawler || arrival.query === "" ? "" : `?${arrival.query}`;
    const landing = this.#random.chance(0.4) ? `/c/${this.#random.pick(products).category}` : "/";
    this.#page = `${SHOP}${landing}${query}`;
  }

  play(): void {
    this.#say("page_view", {});
    const random = this.#random;
    if (random.chance(0.3)) this.#signIn();
    const stay = this.#visitor.isCrawler ? 0.9 : 0.73 + 0.2 * this.#visitor.mood;
    for (let step = 0; step < STEPS_MAX && random.chance(stay); step++) {
      this.#timeMs += 2_000 + random.exponential(this.#visitor.isCrawler ? 1_000 : 24_000);
      if (this.#visitor.isCrawler || random.chance(0.35)) this.#browse();
      else if (random.chance(0.12)) this.#search();
      else this.#look();
    }
    if (this.#cart.length > 0 && random.chance(0.2 + 0.4 * this.#visitor.mood)) this.#checkOut();
  }

  #browse(): void {
    const { category } = this.#random.pick(products);
    this.#go(`/c/${category}`, `${category} · Tideline demo shop`);
    this.#say("page_view", {});
  }

  #search(): void {
    const query = searches[this.#random.below(searches.length)] ?? "mug";
    this.#go(`/search?q=${query}`, "Search · Tideline demo shop");
    this.#say("search", { query, results: this.#random.below(14) });
  }

  #look(): void {
    const product = this.#random.pick(products);
    this.#go(`/p/${product.sku.toLowerCase()}`, `${product.name} · Tideline demo shop`);
    this.#say("product_view", { ...product });
    if (!this.#random.chance(0.06 + 0.2 * this.#visitor.mood)) return;
    this.#timeMs += 3_000 + this.#random.exponential(12_000);
    const pieces = this.#random.pick([
      [1, 80],
      [2, 15],
      [4, 5],
    ]);
    this.#cart.push({ product, pieces });
    this.#say("add_to_cart", { ...product, pieces });
  }

  #checkOut(): void {
    this.#timeMs += 5_000 + this.#random.exponential(20_000);
    this.#go("/checkout", "Checkout · Tideline demo shop");
    this.#say("checkout_start", { items: this.#cart.length });
    this.#timeMs += 10_000 + this.#random.exponential(40_000);
    this.#signIn();
    if (!this.#random.chance(0.45 + 0.4 * this.#visitor.mood)) return;
    const sum = this.#cart.reduce((total, { product, pieces }) => total + product.price * pieces, 0);
    this.#go("/thanks", "Thank you · Tideline demo shop");
    this.#say("purchase", {
      order_id: `${this.#name.idPrefix}${this.#name.visit}`,
      amount: Math.round(sum * 100) / 100,
      currency: "EUR",
      items: this.#cart.map(({ product, pieces }) => ({ sku: product.sku, price: product.price, pieces })),
      payment: this.#random.pick([
        ["card", 55],
        ["paypal", 30],
        ["transfer", 15],
      ]),
    });
  }

  #signIn(): void {
    if (this.#visitor.userId === undefined || this.#isSignedIn) return;
    this.#isSignedIn = true;
    this.#timeMs += 2_000 + this.#random.exponential(6_000);
    this.#say("identify", { plan: this.#visitor.plan, country: this.#visitor.country });
  }

  #go(path: string, title: string): void {
    this.#referrer = this.#page;
    this.#page = `${SHOP}${path}`;
    this.#title = title;
  }

  #say(type: string, properties: object): void {
    const { anonymousId, userId, ip, userAgent, locale } = this.#visitor;
    const init: MessageInitShape<typeof EventSchema> = {
      eventId: `${this.#name.idPrefix}${this.#name.visit}-${this.events.length + 1}`,
      type,
      anonymousId,
      userId: this.#isSignedIn ? (userId ?? "") : "",
      clientTime: timestampFromMs(Math.floor(this.#timeMs)),
      body: { case: "properties", value: JSON.stringify(properties) },
      context: {
        ip,
        userAgent,
        locale,
        pageUrl: this.#page,
        pageTitle: this.#title,
        referrer: this.#referrer,
        library: libraryName,
        libraryVersion: "1",
      },
    };
    this.events.push(create(EventSchema, init));
  }
}
