import { InvalidQuery } from "./world.js";

/** Reads the series of a place; undefined where it has no value. */
type SeriesOf = (index: number) => number | undefined;

/**
 * The value of a formula such as `(A + 2*B) / C`, where a letter is the series of that place. What has no value, and
 * what is divided by zero, makes the whole formula undefined, or counts as 0.
 */
export function formulaValue(
  formula: string,
  series: SeriesOf,
  missing: "no_value" | "zero",
): number | undefined {
  const none = missing === "zero" ? 0 : Number.NaN;
  const tokens = formula.match(/\d+(?:\.\d+)?|\.\d+|[A-Za-z]|[-+*/()]|\S/g) ?? [];
  const factor = (): number => {
    const token = tokens.shift();
    if (token === "-") return -factor();
    if (token === "+") return factor();
    if (token === "(") {
      const inner = sum();
      if (tokens.shift() !== ")") throw new InvalidQuery("a parenthesis is not closed");
      return inner;
    }
    if (token !== undefined && /^[A-Za-z]$/.test(token))
      return series(token.toUpperCase().charCodeAt(0) - 65) ?? none;
    if (token !== undefined && /^[\d.]/.test(token)) return Number(token);
    throw new InvalidQuery(`unexpected ${token ?? "end"} in the formula`);
  };
  const product = (): number => {
    let value = factor();
    while (tokens[0] === "*" || tokens[0] === "/") {
      const isTimes = tokens.shift() === "*";
      const by = factor();
      value = isTimes ? value * by : by === 0 ? none : value / by;
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[0] === "+" || tokens[0] === "-")
      value = tokens.shift() === "+" ? value + product() : value - product();
    return value;
  };
  const value = sum();
  if (tokens.length > 0) throw new InvalidQuery(`unexpected ${tokens[0]} in the formula`);
  return Number.isNaN(value) ? undefined : value;
}
