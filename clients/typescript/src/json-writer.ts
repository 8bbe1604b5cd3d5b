import { daysOf, type JsonValue, msOf, uuidText } from "./values.js";

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
