// Whether anything at all of what one schema wrote can be read with another.
import { OutOfSteps } from "../rules/budget.js";
import type { ReadingQuestion } from "../rules/language.js";
import { chosen, type Pair, pairTypes } from "./pairing.js";
import { SampleWriter } from "./sample-datum.js";
import type { AvroSchema } from "./schema.js";

const partsOf = (pair: Pair): Pair[] => {
  const sources = pair.fields.flatMap(({ pair: source }) => source ?? []);
  const choice = chosen(pair);
  return [...pair.parts, ...sources, ...(choice === undefined ? [] : [choice])];
};

const pairsFrom = (root: Pair, spend: () => void): Pair[] => {
  const seen = new Set<Pair>([root]);
  for (const pair of seen) {
    spend();
    for (const part of partsOf(pair)) seen.add(part);
  }
  return [...seen];
};

/** Whether some datum of a pair is read, where `readable` are the pairs of which that is known. */
const isReadable = (pair: Pair, readable: ReadonlySet<Pair>, samples: SampleWriter): boolean => {
  const { writer, mismatches, parts, fields } = pair;
  if (mismatches.some(({ symbols }) => symbols === undefined)) return false;
  if (writer.kind === "union") return parts.some((part) => readable.has(part));
  const choice = chosen(pair);
  if (choice !== undefined) return readable.has(choice);
  if (writer.kind === "enum") return writer.symbols.length > (mismatches[0]?.symbols?.length ?? 0);
  if (writer.kind !== "record") return true;
  return (
    samples.has(writer) && fields.every(({ pair: source }) => source === undefined || readable.has(source))
  );
};

/** Undefined where the steps do not suffice. */
export function readsSomeAvro({ reader, writer, budget }: ReadingQuestion<AvroSchema>): boolean | undefined {
  try {
    const root = pairTypes(writer.type, reader.type, { budget });
    const samples = new SampleWriter(writer.type, (steps) => budget.spend(steps));
    const pairs = pairsFrom(root, () => budget.spend()).reverse();
    const readable = new Set<Pair>();
    for (let before = -1; before !== readable.size; ) {
      before = readable.size;
      budget.spend(pairs.length);
      for (const pair of pairs) if (isReadable(pair, readable, samples)) readable.add(pair);
    }
    return readable.has(root);
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    return undefined;
  }
}
