const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of at most `width` characters, in eighths; nothing for what is not positive. */
export function bar(value: number, greatest: number, width = 24): string {
  if (!(value > 0) || !(greatest > 0)) return "";
  const eighths = Math.max(1, Math.round(Math.min(1, value / greatest) * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

/** A value for people: whole where it is whole, else with two digits after the point, or four where it is small. */
export function shownNumber(value: number): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 4 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
