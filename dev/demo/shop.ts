import type { Weighted } from "./random.js";

/** A thing that the simulated shop sells. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  /** In euros. */
  readonly price: number;
}

const assortment: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  kitchen: [
    ["Enamel mug", 12.9],
    ["Chef's knife", 64],
    ["Cast iron pan", 48.5],
    ["Bread board", 24],
    ["Linen towel", 9.8],
    ["Coffee grinder", 89],
  ],
  garden: [
    ["Watering can", 34],
    ["Herb seeds", 3.9],
    ["Pruning shears", 27.5],
    ["Terracotta pot", 14],
    ["Bird feeder", 19.9],
  ],
  books: [
    ["Field notes", 7.5],
    ["Tide tables", 16.8],
    ["Atlas of rivers", 42],
    ["Bread at home", 29],
  ],
  outdoor: [
    ["Wool blanket", 79],
    ["Camp lantern", 38],
    ["Steel bottle", 22.5],
    ["Rain jacket", 119],
    ["Hiking socks", 14.9],
  ],
  light: [
    ["Desk lamp", 69],
    ["Paper shade", 26],
    ["Candle set", 17.5],
  ],
};

/** Everything that the shop sells; what stands first in its category sells best. */
export const products: readonly Weighted<Product>[] = Object.entries(assortment).flatMap(
  ([category, things]) =>
    things.map(([name, price], index): Weighted<Product> => {
      const sku = `${category.slice(0, 2).toUpperCase()}-${100 + index}`;
      return [{ sku, name, category, price }, 10 / (index + 1)];
    }),
);

/** Where visitors come from: addresses of large providers there, their language, and how many they are. */
export interface Country {
  readonly code: string;
  readonly locale: string;
  /** The first two bytes of addresses. */
  readonly networks: readonly string[];
}

export const countries: readonly Weighted<Country>[] = [
  [{ code: "DE", locale: "de-DE", networks: ["91.0", "91.20", "217.224", "178.8"] }, 26],
  [{ code: "AT", locale: "de-AT", networks: ["80.108", "188.23", "213.47"] }, 18],
  [{ code: "US", locale: "en-US", networks: ["73.12", "98.210"] }, 13],
  [{ code: "GB", locale: "en-GB", networks: ["86.130"] }, 9],
  [{ code: "FR", locale: "fr-FR", networks: ["90.5", "82.64"] }, 7],
  [{ code: "CH", locale: "de-CH", networks: ["85.1", "77.56", "62.2"] }, 6],
  [{ code: "IT", locale: "it-IT", networks: ["79.10", "93.34"] }, 5],
  [{ code: "NL", locale: "nl-NL", networks: ["84.82", "31.201"] }, 4],
  [{ code: "ES", locale: "es-ES", networks: ["83.40", "62.83"] }, 3],
  [{ code: "PL", locale: "pl-PL", networks: ["83.10", "89.64"] }, 3],
  [{ code: "SE", locale: "sv-SE", networks: ["78.70", "85.224"] }, 2],
  [{ code: "IN", locale: "en-IN", networks: ["49.36", "117.200"] }, 1.5],
  [{ code: "BR", locale: "pt-BR", networks: ["177.32", "189.6"] }, 1],
  [{ code: "JP", locale: "ja-JP", networks: ["126.3", "153.128"] }, 1],
  [{ code: "AU", locale: "en-AU", networks: ["1.120", "101.160"] }, 0.5],
];

const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome";

/** User agents of people. */
export const agents: readonly Weighted<string>[] = [
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}/131.0.0.0 Safari/537.36`, 24],
  [`Mozilla/5.0 (Linux; Android 10; K) ${chrome}/131.0.0.0 Mobile Safari/537.36`, 22],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
      "Version/18.1 Mobile/15E148 Safari/604.1",
    21,
  ],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome}/131.0.0.0 Safari/537.36`, 8],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
      "Version/18.1 Safari/605.1.15",
    7,
  ],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", 6],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}/131.0.0.0 Safari/537.36 Edg/131.0.0.0`, 6],
  [
    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
      "Version/17.6 Mobile/15E148 Safari/604.1",
    4,
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", 2],
];

/** The crawler that also comes by. */
export const crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/** How a visit begins: the page before, and what the link to the shop carries. */
export interface Arrival {
  readonly referrer: string;
  readonly query: string;
}

export const arrivals: readonly Weighted<Arrival>[] = [
  [{ referrer: "https://www.google.com/", query: "" }, 30],
  [{ referrer: "", query: "" }, 28],
  [{ referrer: "", query: "utm_source=newsletter&utm_medium=email&utm_campaign=weekly" }, 9],
  [
    {
      referrer: "https://www.google.com/",
      query: "utm_source=google&utm_medium=cpc&utm_campaign=kitchen&gclid=demo",
    },
    8,
  ],
  [
    {
      referrer: "https://www.instagram.com/",
      query: "utm_source=instagram&utm_medium=social&utm_campaign=autumn",
    },
    7,
  ],
  [{ referrer: "https://www.facebook.com/", query: "" }, 5],
  [{ referrer: "https://www.bing.com/", query: "" }, 4],
  [{ referrer: "https://duckduckgo.com/", query: "" }, 3],
  [{ referrer: "https://t.co/", query: "" }, 2],
  [{ referrer: "https://blog.example.org/gifts", query: "" }, 4],
];

export const searches = ["mug", "gift", "lamp", "pan", "blanket", "seeds", "bottle", "knife"];
