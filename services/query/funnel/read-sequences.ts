import { type SequenceColumns, stepBits } from "./sequences-sql.js";
import type { Course } from "./tries/course.js";

/** A person's events as a statement gave them. Only good until the next one is read. */
export interface Sequence {
  /** Empty where the statement doesn't say. */
  readonly person: string;
  readonly course: Course;
  /** Of each property of the breakdown the value on each event; null where there is none. */
  readonly values: readonly (readonly (string | null)[])[];
  /** Events that match a step within the range. */
  readonly counted: number;
  /** How many of these were late. */
  readonly late: number;
}

/** Milliseconds in the upper half of an item, and the bits of the steps in the lower. */
const upperUnit = 2 ** (32 - stepBits);
const stepsMask = 2 ** stepBits - 1;
const noValues: Sequence["values"] = [];

/** Reads rows of RowBinary; the arrays of events are used again from row to row. */
export class SequenceReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #columns: SequenceColumns;
  readonly #baseMs: number;
  #at = 0;
  #times = new Float64Array(256);
  #steps = new Uint32Array(256);
  #exclusions = new Uint32Array(256);

  /** @param baseMs the instant that items count from */
  constructor(bytes: Buffer, columns: SequenceColumns, baseMs: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#columns = columns;
    this.#baseMs = baseMs;
  }

  /** The next person; undefined at the end. */
  next(): Sequence | undefined {
    if (this.#at >= this.#bytes.length) return undefined;
    const { hasPerson, hasExclusions, values } = this.#columns;
    const person = hasPerson ? this.#text() : "";
    const length = this.#items();
    if (hasExclusions) this.#numbers();
    const said = values === 0 ? noValues : Array.from({ length: values }, () => this.#texts());
    const counted = this.#uint32();
    const late = this.#uint32();
    const course: Course = hasExclusions
      ? { length, times: this.#times, steps: this.#steps, exclusions: this.#exclusions }
      : { length, times: this.#times, steps: this.#steps };
    return { person, values: said, counted, late, course };
  }

  #items(): number {
    const length = this.#varint();
    if (length > this.#times.length) this.#grow(length);
    const [times, steps, view, baseMs] = [this.#times, this.#steps, this.#view, this.#baseMs];
    let at = this.#at;
    for (let index = 0; index < length; index++, at += 8) {
      const low = view.getUint32(at, true);
      const high = view.getUint32(at + 4, true);
      times[index] = baseMs + high * upperUnit + (low >>> stepBits);
      steps[index] = low & stepsMask;
    }
    this.#at = at;
    return length;
  }

  #grow(length: number): void {
    const room = 2 ** Math.ceil(Math.log2(length));
    this.#times = new Float64Array(room);
    this.#steps = new Uint32Array(room);
    this.#exclusions = new Uint32Array(room);
  }

  #numbers(): void {
    const length = this.#varint();
    for (let index = 0; index < length; index++) this.#exclusions[index] = this.#uint32();
  }

  #texts(): (string | null)[] {
    return Array.from({ length: this.#varint() }, () =>
      this.#bytes[this.#at++] === 1 ? null : this.#text(),
    );
  }

  #text(): string {
    const length = this.#varint();
    this.#at += length;
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }

  #uint32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }
}
