/** JSON text with a line for each member and item; every name, text and number stays as it is, to the last digit. */
export function indentedJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let out = "";
  let depth = 0;
  tokens.forEach((token, index) => {
    const line = () => `\n${"  ".repeat(depth)}`;
    const isEmpty = /^[{[]$/.test(token) && /^[}\]]$/.test(tokens[index + 1] ?? "");
    if (token === "{" || token === "[") {
      depth++;
      out += isEmpty ? token : token + line();
    } else if (token === "}" || token === "]") {
      depth--;
      out += /^[{[]$/.test(tokens[index - 1] ?? "") ? token : line() + token;
    } else if (token === ",") out += token + line();
    else out += token === ":" ? ": " : token;
  });
  return `${out}\n`;
}
