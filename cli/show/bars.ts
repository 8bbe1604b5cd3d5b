const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of at most `width` characters, in eighths; nothing for what is not positive. */
export function bar(value: number, greatest: number, width = 24): string {
  if (!(value > 0) || !(greatest > 0)) return "";
  const eighths = Math.max(1, Math.round(Math.min(1, value / greatest) * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

const HEIGHTS = "▁▂▃▄▅▆▇█";

/** Values as a line of bars beside one another, the greatest of at most `width` neighbours each; a blank for none. */
export function sparkline(values: readonly (number | undefined)[], width = 40): string {
  const each = Math.max(1, Math.ceil(values.length / width));
  const greatest = Math.max(0, ...values.map((value) => value ?? 0));
  let line = "";
  for (let at = 0; at < values.length; at += each) {
    const known = values.slice(at, at + each).filter((value) => value !== undefined);
    const level = greatest > 0 ? Math.max(0, ...known) / greatest : 0;
    line += known.length === 0 ? " " : (HEIGHTS[Math.round(level * (HEIGHTS.length - 1))] ?? "");
  }
  return line;
}

/** A value for people: whole where it is whole, else with two digits after the point, or four where it is small. */
export function shownNumber(value: number): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 4 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
