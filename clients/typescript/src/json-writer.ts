import { base64Of, daysOf, durationText, type JsonValue, msOf, uuidText } from "./values.js";

/** Writes a JSON object as text; generated code calls the methods in the order of the schema. */
export class JsonWriter {
  #text = "";
  #needsComma = false;

  /** What was written. */
  output(): string {
    return this.#text;
  }

  /** Any JSON value. */
  json(value: JsonValue): void {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("a JSON value is expected");
    this.raw(text);
  }

  #open(bracket: string): void {
    this.raw(bracket);
    this.#needsComma = false;
  }

  #close(bracket: string): void {
    this.#text += bracket;
    this.#needsComma = true;
  }

  /** JSON text that is known beforehand. */
  raw(json: string): void {
    this.#text += this.#needsComma ? `,${json}` : json;
    this.#needsComma = true;
  }

  beginObject(): void {
    this.#open("{");
  }

  endObject(): void {
    this.#close("}");
  }

  beginArray(): void {
    this.#open("[");
  }

  endArray(): void {
    this.#close("]");
  }

  /** The name of the member that follows. */
  name(name: string): void {
    this.raw(`${JSON.stringify(name)}:`);
    this.#needsComma = false;
  }

  nullValue(): void {
    this.raw("null");
  }

  bool(value: boolean): void {
    this.raw(value ? "true" : "false");
  }

  int64(value: number | bigint): void {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is no safe whole number; use a bigint`);
    }
    this.raw(value.toString());
  }

  int32(value: number): void {
    if (value !== (value | 0)) throw new RangeError(`${value} is no whole number of 32 bits`);
    this.raw(value.toString());
  }

  uint32(value: number): void {
    if (value !== value >>> 0) throw new RangeError(`${value} is no unsigned whole number of 32 bits`);
    this.raw(value.toString());
  }

  /** A number of 64 bits as Protobuf has it in JSON. */
  int64Text(value: number | bigint): void {
    this.#digits(value, -(2n ** 63n), 2n ** 63n - 1n);
  }

  /** An unsigned number of 64 bits as Protobuf has it in JSON. */
  uint64Text(value: number | bigint): void {
    this.#digits(value, 0n, 2n ** 64n - 1n);
  }

  #digits(value: number | bigint, min: bigint, max: bigint): void {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is no safe whole number; use a bigint`);
    }
    if (value < min || value > max) throw new RangeError(`${value} is not between ${min} and ${max}`);
    // By BigInt, so that -0 is 0.
    this.raw(`"${BigInt(value)}"`);
  }

  float32(value: number): void {
    if (!Number.isFinite(Math.fround(value))) throw new RangeError(`${value} is no finite number of 32 bits`);
    this.float64(value);
  }

  float64(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is not finite`);
    this.raw(JSON.stringify(value));
  }

  text(value: string): void {
    if (typeof value !== "string") throw new TypeError("a text is expected");
    this.raw(JSON.stringify(value));
  }

  noBranch(_: never): never {
    throw new TypeError("the value is none of the union's kinds");
  }

  base64(value: Uint8Array): void {
    this.raw(`"${base64Of(value)}"`);
  }

  /** A time of the years 1 to 9999. */
  timestamp(value: Date): void {
    const text = new Date(msOf(value)).toISOString();
    if (!/^\d{4}-/.test(text) || text.startsWith("0000")) {
      throw new RangeError(`${text} is not between the years 1 and 9999`);
    }
    this.text(text);
  }

  elapsed(value: string): void {
    this.text(durationText(value));
  }

  dateTime(value: Date): void {
    this.text(new Date(msOf(value)).toISOString());
  }

  date(value: string): void {
    daysOf(value);
    this.text(value);
  }

  uuid(value: string): void {
    this.text(uuidText(value));
  }
}
