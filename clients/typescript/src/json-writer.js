import { daysOf, msOf, uuidText } from "./values.js";
/** Writes a JSON object as text; generated code calls the methods in the order of the schema. */
export class JsonWriter {
    #text = "";
    #needsComma = false;
    json(value) {
        if (arguments.length === 0)
            return this.#text;
        const text = JSON.stringify(value);
        if (text === undefined)
            throw new TypeError("a JSON value is expected");
        this.raw(text);
    }
    #open(bracket) {
        this.raw(bracket);
        this.#needsComma = false;
    }
    #close(bracket) {
        this.#text += bracket;
        this.#needsComma = true;
    }
    /** JSON text that is known beforehand. */
    raw(json) {
        this.#text += this.#needsComma ? `,${json}` : json;
        this.#needsComma = true;
    }
    beginObject() {
        this.#open("{");
    }
    endObject() {
        this.#close("}");
    }
    beginArray() {
        this.#open("[");
    }
    endArray() {
        this.#close("]");
    }
    /** The name of the member that follows. */
    name(name) {
        this.raw(`${JSON.stringify(name)}:`);
        this.#needsComma = false;
    }
    nullValue() {
        this.raw("null");
    }
    bool(value) {
        this.raw(value ? "true" : "false");
    }
    int64(value) {
        if (typeof value === "number" && !Number.isSafeInteger(value)) {
            throw new RangeError(`${value} is no safe whole number; use a bigint`);
        }
        this.raw(value.toString());
    }
    float64(value) {
        if (!Number.isFinite(value))
            throw new RangeError(`${value} is not finite`);
        this.raw(JSON.stringify(value));
    }
    text(value) {
        if (typeof value !== "string")
            throw new TypeError("a text is expected");
        this.raw(JSON.stringify(value));
    }
    noBranch(_) {
        throw new TypeError("the value is none of the union's kinds");
    }
    dateTime(value) {
        this.text(new Date(msOf(value)).toISOString());
    }
    date(value) {
        daysOf(value);
        this.text(value);
    }
    uuid(value) {
        this.text(uuidText(value));
    }
}
