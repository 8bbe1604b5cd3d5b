import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { fillMessage } from "../../tests/support/random-message.js";
import { randomOf, randomProto } from "../../tests/support/random-proto.js";
import { Budget } from "../rules/budget.js";
import { compileProtobuf } from "./compile-protobuf.js";
import { protobufLanguage } from "./protobuf.js";
import { descriptorBytes } from "./to-descriptor.js";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

const swaps: readonly (readonly [RegExp, string])[] = [
  [/\bint32 (\w+ =)/, "sint32 $1"],
  [/\bint64 (\w+ =)/, "uint32 $1"],
  [/\bstring (\w+ =)/, "bytes $1"],
  [/\bbytes (\w+ =)/, "double $1"],
  [/\bfixed32 (\w+ =)/, "sfixed32 $1"],
  [/\bdouble (\w+ =)/, "string $1"],
  [/\brepeated (\w+ \w+ =)/, "optional $1"],
  [/\boptional (\w+ \w+ =)/, "repeated $1"],
  [/\n {2}(optional|repeated) \S+ \w+ = \d+;/, ""],
  [/ = (\d+);/, " = 9$1;"],
  [/\n {2}oneof \w+ \{([^}]*)\}/, "$1"],
  [/map<int32, /, "map<int64, "],
  [/map<(\w+), \S+> (\w+ =)/, "map<$1, float> $2"],
];

describe("Protobuf: soundness", () => {
  it(`reads every event of what it calls compatible, and shows one of what it does not (SEED=${seed})`, () => {
    const random = randomOf(seed);
    let compatible = 0;
    let incompatible = 0;
    for (let round = 0; round < 80; round++) {
      const older = protobufLanguage.parse({ text: randomProto(random), references: [] });
      let text = older.canonical;
      for (let change = 1 + random(3); change > 0; change--) {
        const [pattern, by] = swaps[random(swaps.length)] ?? [/$^/, ""];
        text = text.replace(pattern, by);
      }
      let writer: ReturnType<typeof compileProtobuf>;
      try {
        writer = compileProtobuf({ text, references: [] });
      } catch {
        continue;
      }
      const reader = compileProtobuf({ text: older.canonical, references: [] });
      const next = protobufLanguage.parse({ text, references: [] });
      const reading = protobufLanguage.reads({
        writer: next,
        reader: older,
        policy: "strict",
        budget: new Budget(),
      });
      if (reading.outcome !== "compatible") {
        incompatible++;
        const onlyConvention = reading.problems.every(({ message }) => message.includes("convention"));
        expect(reading.witness !== undefined || onlyConvention, `${older.canonical}\n${text}`).to.equal(true);
        continue;
      }
      compatible++;
      const proto = fromBinary(
        FileDescriptorProtoSchema,
        descriptorBytes(writer.protobuf.file, "event.proto"),
      );
      const desc = createFileRegistry(proto, () => undefined).getMessage(
        writer.protobuf.file.messages[0]?.name ?? "",
      );
      if (desc === undefined) throw new Error("the message is missing from its descriptor");
      for (let event = 0; event < 5; event++) {
        const message = create(desc);
        // Bytes that are no UTF-8 can't be read as a string, which the rules let through.
        fillMessage(reflect(desc, message), random, { isText: true });
        const payload = Buffer.concat([Uint8Array.of(0), toBinary(desc, message)]);
        // What is over a limit of events is refused by both.
        if ("refusal" in writer.decode(payload)) continue;
        const result = reader.resolve(payload, writer);
        expect(
          "refusal" in result ? JSON.stringify(result.refusal) : "",
          `${older.canonical}\n${text}`,
        ).to.equal("");
      }
    }
    expect(Math.min(compatible, incompatible)).to.be.greaterThan(3);
  }).timeout(60_000);
});
