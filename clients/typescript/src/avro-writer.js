import { daysOf, msOf, nanosOfDateTime, nanosOfDay, twosComplement, unscaledOf, uuidBytes, uuidText, } from "./values.js";
const encoder = new TextEncoder();
const LONG_MAX = 2n ** 63n;
/**
 * Writes one Avro datum. What a value can't be in the schema is thrown as a RangeError or TypeError; generated code calls
 * the methods in the order of the schema.
 */
export class AvroWriter {
    #bytes = new Uint8Array(128);
    #view = new DataView(this.#bytes.buffer);
    #length = 0;
    /** What was written. */
    bytes() {
        return this.#bytes.slice(0, this.#length);
    }
    #reserve(more) {
        const start = this.#length;
        this.#length += more;
        if (this.#length > this.#bytes.length) {
            const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
            grown.set(this.#bytes);
            this.#bytes = grown;
            this.#view = new DataView(grown.buffer);
        }
        return start;
    }
    #put(bytes) {
        this.#bytes.set(bytes, this.#reserve(bytes.length));
    }
    /** A zigzag varint. */
    #varint(value) {
        let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
        while (rest > 0x7fn) {
            this.#byte(Number(rest & 0x7fn) | 0x80);
            rest >>= 7n;
        }
        this.#byte(Number(rest));
    }
    #byte(value) {
        this.#bytes[this.#reserve(1)] = value;
    }
    bool(value) {
        this.#byte(value ? 1 : 0);
    }
    int32(value) {
        if (value !== (value | 0))
            throw new RangeError(`${value} is no whole number of 32 bits`);
        let rest = ((value << 1) ^ (value >> 31)) >>> 0;
        while (rest > 0x7f) {
            this.#byte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        this.#byte(rest);
    }
    int64(value) {
        if (value === Number(value) && value === (Number(value) | 0))
            return this.int32(Number(value));
        if (typeof value === "number" && !Number.isSafeInteger(value)) {
            throw new RangeError(`${value} is no safe whole number; use a bigint`);
        }
        const whole = BigInt(value);
        if (whole < -LONG_MAX || whole >= LONG_MAX)
            throw new RangeError(`${value} has more than 64 bits`);
        this.#varint(whole);
    }
    float32(value) {
        const at = this.#reserve(4);
        this.#view.setFloat32(at, finite(Math.fround(finite(value))), true);
    }
    float64(value) {
        const at = this.#reserve(8);
        this.#view.setFloat64(at, finite(value), true);
    }
    text(value) {
        if (typeof value !== "string")
            throw new TypeError("a text is expected");
        this.blob(encoder.encode(value));
    }
    blob(value) {
        this.int32(value.length);
        this.#put(value);
    }
    fixed(value, size) {
        if (value.length !== size)
            throw new RangeError(`${size} bytes are expected, not ${value.length}`);
        this.#put(value);
    }
    /** The index of a union's branch. */
    index(value) {
        this.int32(value);
    }
    /** A symbol of an enum, by its index. */
    symbol(value, indexes) {
        const index = indexes.get(value);
        if (index === undefined)
            throw new RangeError(`${JSON.stringify(value)} is no symbol of the enum`);
        this.int32(index);
    }
    noBranch(_) {
        throw new TypeError("the value is none of the union's kinds");
    }
    /** The items of an array or map follow, and then `end`. */
    block(count) {
        if (count > 0)
            this.int32(count);
    }
    end() {
        this.#byte(0);
    }
    /** Bytes known beforehand, such as a default's. */
    hex(hex) {
        for (let at = 0; at < hex.length; at += 2)
            this.#byte(Number.parseInt(hex.slice(at, at + 2), 16));
    }
    decimalBytes(value, precision, scale) {
        this.blob(twosComplement(unscaledOf(value, precision, scale)));
    }
    // biome-ignore lint/complexity/useMaxParams: what generated code states of the schema.
    decimalFixed(value, precision, scale, size) {
        this.#put(twosComplement(unscaledOf(value, precision, scale), size));
    }
    uuid(value) {
        this.text(uuidText(value));
    }
    uuidFixed(value) {
        this.#put(uuidBytes(value));
    }
    date(value) {
        this.int32(daysOf(value));
    }
    timeMillis(value) {
        this.int32(Number(nanosOfDay(value) / 1000000n));
    }
    timeMicros(value) {
        this.int64(nanosOfDay(value) / 1000n);
    }
    timestampMillis(value) {
        this.int64(msOf(value));
    }
    timestampMicros(value) {
        this.int64(BigInt(msOf(value)) * 1000n);
    }
    timestampNanos(value) {
        this.int64(BigInt(msOf(value)) * 1000000n);
    }
    localTimestampMillis(value) {
        this.int64(floorDivide(nanosOfDateTime(value), 1000000n));
    }
    localTimestampMicros(value) {
        this.int64(floorDivide(nanosOfDateTime(value), 1000n));
    }
    localTimestampNanos(value) {
        this.int64(nanosOfDateTime(value));
    }
    duration({ months, days, milliseconds }) {
        for (const part of [months, days, milliseconds]) {
            if (part !== part >>> 0)
                throw new RangeError(`${part} is no part of a duration`);
            const at = this.#reserve(4);
            this.#view.setUint32(at, part, true);
        }
    }
}
const finite = (value) => {
    if (!Number.isFinite(value))
        throw new RangeError(`${value} is not finite`);
    return value;
};
const floorDivide = (value, by) => value < 0n && value % by !== 0n ? value / by - 1n : value / by;
