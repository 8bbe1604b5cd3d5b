import { quantile } from "./world.js";

/** Names the bin of a number, "" of what is none. */
export function binsOf(
  numbers: readonly number[],
  count: number,
  how: "equal_width" | "value_quantiles",
): (number: number | undefined) => string {
  const edges = how === "equal_width" ? equalEdges(numbers, count) : quantileEdges(numbers, count);
  const close = how === "equal_width" ? ")" : "]";
  return (number) => {
    if (number === undefined) return "";
    const above = edges.findIndex((edge, index) => index > 0 && number < edge);
    const bin = above < 0 ? edges.length - 2 : above - 1;
    const isLast = bin === edges.length - 2;
    return `[${edges[bin]},${edges[bin + 1]}${isLast ? "]" : close}`;
  };
}

/** Bins of one width from the least number to the greatest, which is in the last. */
function equalEdges(numbers: readonly number[], count: number): number[] {
  const least = Math.min(...numbers);
  const width = (Math.max(...numbers) - least) / count;
  return Array.from({ length: count + 1 }, (_, edge) => least + width * edge);
}

/** Quantiles of the different numbers, cut to two decimals, equal ones as one, and the last a hundredth higher. */
function quantileEdges(numbers: readonly number[], count: number): number[] {
  const different = [...new Set(numbers)];
  const cut = Array.from({ length: count + 1 }, (_, edge) => {
    const level = edge === count ? 1 : Math.round((edge / count) * 100) / 100;
    return Math.floor((quantile(different, level) ?? 0) * 100) / 100;
  });
  const edges = [...new Set(cut)];
  return [...edges.slice(0, -1), Math.round(((edges.at(-1) ?? 0) + 0.01) * 100) / 100];
}
