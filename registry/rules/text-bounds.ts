/** The limits of a schema's text. */
export const schemaLimits = { bytes: 256 * 1024, depth: 64, nodes: 5_000 } as const;

/**
 * Objects and arrays of a JSON text are counted by their brackets before anything recursive looks at it.
 * @throws Error that says which limit it is over
 */
export function requireTextBounds(text: string): void {
  if (Buffer.byteLength(text) > schemaLimits.bytes) throw new Error(`it is over ${schemaLimits.bytes} bytes`);
  let depth = 0;
  let nodes = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === 92) at++;
      else if (code === 34) isText = false;
    } else if (code === 34) isText = true;
    else if (code === 123 || code === 91) {
      nodes++;
      depth++;
    } else if (code === 125 || code === 93) depth--;
    if (depth > schemaLimits.depth) throw new Error(`it is nested deeper than ${schemaLimits.depth} levels`);
  }
  if (nodes > schemaLimits.nodes) {
    throw new Error(`it has more than ${schemaLimits.nodes} objects and arrays`);
  }
}
