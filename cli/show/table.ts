/** A cell: numbers are set to the right. */
export type Cell = string | number;

/** A table in plain text: columns as wide as their widest cell, two blanks between them. */
export function textTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell)),
  );
  const widths = head.map((name, column) =>
    Math.max(name.length, ...texts.map((row) => (row[column] ?? "").length)),
  );
  const isRight = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => {
        const text = row[column] ?? "";
        return isRight[column] === true ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...texts.map(line)].join("\n");
}

/** A text without what a terminal could take for a command, and no longer than `most`. */
export function safeText(text: string, most = 200): string {
  const clean = text.replace(/[\p{Cc}\u2028\u2029]/gu, "\uFFFD");
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean;
}
