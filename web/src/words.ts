const numbers = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const countries = new Intl.DisplayNames("en", { type: "region" });

/** 12,345 */
export function whole(value: number): string {
  return numbers.format(Math.round(value));
}

/** 12,345 below a hundred thousand, then 1.2M. */
export function short(value: number): string {
  return value < 100_000 ? whole(value) : compact.format(value);
}

/** A rate: a digit after the point below ten. */
export function rate(value: number): string {
  return value > 0 && value < 10 ? value.toFixed(1) : short(value);
}

export function countryName(code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code; // Not a region's code: shown as it is.
  }
}

/** 14:05:09 by the viewer's clock. */
export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB", { hour12: false });
}

/** "120 ms", "3.4 s", "5 min", "2 h" */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
