/** What the rows of one page may take; clients refuse messages over 4 MiB unless they are told otherwise. */
export const pageBytesMax = 3 * 1024 * 1024;

/** How many of the rows, from the first, fit into one page; one at least, so that a listing always goes on. */
export function rowsThatFit<T>(
  rows: readonly T[],
  bytesOf: (row: T) => number,
  bytesMax = pageBytesMax,
): number {
  let bytes = 0;
  for (let index = 0; index < rows.length; index++) {
    bytes += bytesOf(rows[index] as T);
    if (bytes > bytesMax) return Math.max(1, index);
  }
  return rows.length;
}
