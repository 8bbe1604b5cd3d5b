import { readFileSync } from "node:fs";
import { expect } from "chai";
import { requireOutside } from "../../tests/support/missing.js";
import type { ReferencedSchema } from "../rules/language.js";
import { checkLevel, type Level } from "../rules/levels.js";
import { compileProtobuf, decodePayload } from "./compile-protobuf.js";
import { Plans } from "./event-plan.js";
import { type ParsedProtobuf, protobufLanguage } from "./protobuf.js";

interface Reference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
  readonly schema: string;
}

interface Case {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  readonly previous: readonly string[];
  readonly next: string;
  readonly compatible: boolean;
  readonly previous_references?: readonly (readonly Reference[])[];
  readonly next_references?: readonly Reference[];
}

const references = (given: readonly Reference[] = []): ReferencedSchema[] =>
  given.map(({ name, subject, version, schema }) => ({ name, subject, version, text: schema }));

describe("Protobuf: compatibility cases", () => {
  it("all have the verdict they are given with, and a witness the reader does not read", function () {
    const path = requireOutside(this, "shared/vectors/protobuf_compat_cases.json");
    const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];
    expect(cases.length).to.be.greaterThan(30);
    for (const { id, name, level, compatible, ...given } of cases) {
      const previous = given.previous.map((text, index) => {
        const source = { text, references: references(given.previous_references?.[index]) };
        return { version: index + 1, schema: protobufLanguage.parse(source), source };
      });
      const next = protobufLanguage.parse({
        text: given.next,
        references: references(given.next_references),
      });
      const verdict = checkLevel({ language: protobufLanguage, level, policy: "strict", previous, next });
      expect(verdict.outcome, `${id} ${name}`).to.equal(compatible ? "compatible" : "incompatible");
      for (const { witness, message } of verdict.findings) {
        if (witness === undefined) {
          expect(message, id).to.contain("convention");
          continue;
        }
        const [writer] = previous;
        if (writer === undefined) throw new Error("no previous version");
        const written = compileProtobuf(writer.source).decode(witness.bytes ?? new Uint8Array());
        if (!("text" in written)) throw new Error(`${id}: the writer does not read its own witness`);
        expect(Buffer.from(written.text).toString(), id).to.equal(witness.json);
        const read = decodePayload(
          new Plans((next as ParsedProtobuf).set),
          witness.bytes ?? new Uint8Array(),
        );
        if (witness.rejection.startsWith("The reader has no message")) continue;
        expect("text" in read ? Buffer.from(read.text).toString() : "", id).not.to.equal(witness.json);
      }
    }
  });
});
