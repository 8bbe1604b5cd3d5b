// Fingerprints of the specification: of a schema's Parsing Canonical Form.
import { createHash } from "node:crypto";
import { parsingForm } from "./canonical.js";
import type { AvroType } from "./type.js";

export type FingerprintKind = "CRC-64-AVRO" | "MD5" | "SHA-256";

const EMPTY = 0xc15d213aa4d7a795n;

let table: BigUint64Array | undefined;

const crcTable = (): BigUint64Array =>
  BigUint64Array.from({ length: 256 }, (_, index) => {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (EMPTY & -(value & 1n));
    return value;
  });

/** The 64-bit Rabin fingerprint of bytes, as the specification has it. */
export function crc64Avro(bytes: Uint8Array): bigint {
  table ??= crcTable();
  let crc = EMPTY;
  for (const byte of bytes) crc = (crc >> 8n) ^ (table[Number(crc & 0xffn) ^ byte] ?? 0n);
  return crc;
}

/** A schema's fingerprint; CRC-64-AVRO little endian, as single-object encoding has it. */
export function fingerprintOf(type: AvroType, kind: FingerprintKind): Uint8Array {
  const bytes = Buffer.from(parsingForm(type));
  if (kind !== "CRC-64-AVRO") {
    return createHash(kind === "MD5" ? "md5" : "sha256")
      .update(bytes)
      .digest();
  }
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(crc64Avro(bytes));
  return out;
}
