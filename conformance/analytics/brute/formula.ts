import { InvalidQuery } from "./world.js";

/**
 * The value of a formula such as `(A + 2*B) / C`, where a letter is the series of that place. What is divided by zero
 * is 0, as the peer has it.
 */
export function formulaValue(formula: string, series: (index: number) => number): number {
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
      return series(token.toUpperCase().charCodeAt(0) - 65);
    if (token !== undefined && /^[\d.]/.test(token)) return Number(token);
    throw new InvalidQuery(`unexpected ${token ?? "end"} in the formula`);
  };
  const product = (): number => {
    let value = factor();
    while (tokens[0] === "*" || tokens[0] === "/") {
      const isTimes = tokens.shift() === "*";
      const by = factor();
      value = isTimes ? value * by : by === 0 ? 0 : value / by;
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
  return value;
}
