// Content negotiation of the REST face, as JAX-RS does it. Pure.

/** What answers are written as, the first where nothing else is asked for. */
export const offeredTypes = [
  "application/vnd.schemaregistry.v1+json",
  "application/vnd.schemaregistry+json",
  "application/json",
] as const;

export type OfferedType = (typeof offeredTypes)[number];

/** What bodies may be sent as; all are read as JSON. */
const takenTypes: ReadonlySet<string> = new Set([...offeredTypes, "application/octet-stream"]);

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

/** What was found for headers lately: a client sends the same one with every request. */
const found = new Map<string, OfferedType | undefined>();
const FOUND_MAX = 100;
/** A longer header is read anew each time. */
const FOUND_LENGTH_MAX = 500;

/** The type to answer in; undefined where none that is offered is acceptable. */
export function answerType(accept = "*/*"): OfferedType | undefined {
  if (found.has(accept)) return found.get(accept);
  const type = findType(accept);
  if (found.size >= FOUND_MAX) found.clear();
  if (accept.length <= FOUND_LENGTH_MAX) found.set(accept, type);
  return type;
}

function findType(accept: string): OfferedType | undefined {
  const ranges = rangesOf(accept);
  let best: { type: OfferedType; quality: number; specificity: number } | undefined;
  for (const type of offeredTypes) {
    const match = matchOf(type, ranges);
    if (match === undefined || match.quality === 0) continue;
    const isBetter =
      best === undefined ||
      match.quality > best.quality ||
      (match.quality === best.quality && match.specificity > best.specificity);
    if (isBetter) best = { type, ...match };
  }
  return best?.type;
}

/** Whether a body of this type is read. One without a type is taken for JSON. */
export function isTaken(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType.trim() === "") return true;
  return takenTypes.has(contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "");
}

function rangesOf(accept: string): readonly MediaRange[] {
  const ranges = accept.split(",").flatMap((entry): MediaRange[] => {
    const [type = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    if (type === "") return [];
    const quality = parameters.find((it) => it.startsWith("q="))?.slice(2);
    const number = Number(quality ?? 1);
    return [{ type: type === "*" ? "*/*" : type, quality: Number.isFinite(number) ? number : 1 }];
  });
  return ranges.length > 0 ? ranges : [{ type: "*/*", quality: 1 }];
}

/** The most specific range that a type falls into. */
function matchOf(
  type: string,
  ranges: readonly MediaRange[],
): { quality: number; specificity: number } | undefined {
  const wider = [type, `${type.split("/", 1)[0]}/*`, "*/*"];
  for (const [index, candidate] of wider.entries()) {
    const qualities = ranges.filter((it) => it.type === candidate).map(({ quality }) => quality);
    if (qualities.length > 0) return { quality: Math.max(...qualities), specificity: -index };
  }
  return undefined;
}
