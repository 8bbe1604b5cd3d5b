import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { requireOutside } from "../../tests/support/missing.js";
import { randomOf, randomProto } from "../../tests/support/random-proto.js";
import { filesOfTar } from "../../tests/support/tar.js";
import type { ReferencedSchema } from "../rules/language.js";
import { parseFile } from "./parse-file.js";
import { printFile } from "./print-file.js";
import { type ParsedProtobuf, protobufLanguage } from "./protobuf.js";
import { descriptorBytes } from "./to-descriptor.js";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

const parse = (text: string, references: readonly ReferencedSchema[] = []) =>
  protobufLanguage.parse({ text, references });

const reference = (name: string, text: string): ReferencedSchema => ({
  name,
  subject: name,
  version: 1,
  text,
});

const protobufDescriptor = ({ set }: ParsedProtobuf): Uint8Array => descriptorBytes(set.file, "default");

const sorted = (message: DescriptorProto): void => {
  message.field.sort((one, other) => one.number - other.number);
  message.nestedType.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const one of message.nestedType) sorted(one);
};

/** A descriptor as JSON, with fields in the order of their numbers: printing may move them, which means nothing. */
const comparable = (bytes: Uint8Array): unknown => {
  const proto = fromBinary(FileDescriptorProtoSchema, bytes);
  proto.name = "";
  // What buf says of its own.
  delete proto.$unknown;
  delete proto.sourceCodeInfo;
  for (const one of proto.messageType) sorted(one);
  return toJson(FileDescriptorProtoSchema, proto);
};

const archives = ["opentelemetry-proto", "grpc-proto"];

describe("Protobuf: text", () => {
  it("prints what REST clients see, field by field", () => {
    const text = `// comment
      syntax="proto3" ;package tc4;
      import   "google/protobuf/any.proto";import public "google/protobuf/empty.proto";
      option java_package = 'com.example'; option java_multiple_files=true;
      enum Kind { option allow_alias = true; NONE=0; SOME=0x1; OTHER=1 [deprecated=true]; }
      message Foo { reserved 5, 8 to 9; string code=1[deprecated=true,json_name="c"]; ;
        oneof choice { int32 a = 2; Bar b = 3; } message Bar {} map < string , Foo > m = 4; reserved "x"; }
      service S { rpc Do(Foo)returns(stream Foo); }`;
    expect(parse(text).canonical).to.equal(`syntax = "proto3";
package tc4;

import "google/protobuf/any.proto";
import public "google/protobuf/empty.proto";

option java_package = "com.example";
option java_multiple_files = true;

message Foo {
  reserved 5, 8 to 9;
  reserved "x";

  string code = 1 [
    deprecated = true,
    json_name = "c"
  ];
  map<string, Foo> m = 4;

  oneof choice {
    int32 a = 2;
    Bar b = 3;
  }

  message Bar {}
}
enum Kind {
  option allow_alias = true;
  NONE = 0;
  SOME = 1;
  OTHER = 1 [deprecated = true];
}

service S {
  rpc Do (Foo) returns (stream Foo);
}
`);
  });

  it("keeps the order of options, and sorts them where it normalizes", () => {
    const one = parse(
      `syntax = "proto3"; package a; option java_package = "b"; option go_package = "c";
        message M { N n = 2; string s = 1; message N {} }`,
    );
    const other = parse(
      `syntax = "proto3"; package a; option go_package = "c"; option java_package = "b";
        message M { string s = 1; a.M.N n = 2; message N {} }`,
    );
    expect(one.canonical).not.to.equal(other.canonical);
    expect(protobufLanguage.normalized(one)).to.equal(protobufLanguage.normalized(other));
    expect(protobufLanguage.normalized(one)).to.contain("  string s = 1;\n  .a.M.N n = 2;\n");
  });

  it("keeps what edition 2024 says of visibility, and types of other files that are called so", () => {
    const option = reference("o.proto", 'edition = "2024"; message O {}');
    const parsed = parse(
      'edition = "2024"; import option "o.proto"; export message M { local enum E { A = 0; } E e = 1; }',
      [option],
    );
    expect(parsed.canonical).to.equal(
      'edition = "2024";\n\nimport option "o.proto";\n\n' +
        "export message M {\n  E e = 1;\n\n  local enum E {\n    A = 0;\n  }\n}\n",
    );
    const base64 = Buffer.from(protobufDescriptor(parsed)).toString("base64");
    expect(parse(base64, [option]).canonical).to.equal(parsed.canonical.replace("  E e", "  .M.E e"));
    expect(parse('syntax = "proto3"; message local { local export = 1; }').canonical).to.contain(
      "local export = 1;",
    );
  });

  it("takes base64 of a FileDescriptorProto for the text it stands for", () => {
    const base64 =
      "Cg5tZXNzYWdlcy5wcm90byIRCgNLZXkSCgoCaWQYASABKAUiMQoDRG9nEgwKBG5h" +
      "bWUYASABKAkSDgoGd2VpZ2h0GAIgASgFEgwKBHRveXMYBCADKAliBnByb3RvMw==";
    const parsed = parse(base64);
    const text = `syntax = "proto3";

message Key {
  int32 id = 1;
}
message Dog {
  string name = 1;
  int32 weight = 2;
  repeated string toys = 4;
}
`;
    expect(parsed.canonical).to.equal(text);
    const serialized = Buffer.from(protobufDescriptor(parse(text))).toString("base64");
    expect(parse(serialized).canonical).to.equal(text);
  });

  it(`reads what it prints as what it was, whatever the file (SEED=${seed})`, () => {
    const random = randomOf(seed);
    for (let round = 0; round < 80; round++) {
      const text = randomProto(random);
      const parsed = parse(text);
      const before = comparable(protobufDescriptor(parsed));
      const again = parse(parsed.canonical);
      expect(again.canonical, text).to.equal(parsed.canonical);
      expect(comparable(protobufDescriptor(again)), text).to.deep.equal(before);
      const normalized = protobufLanguage.normalized(parsed);
      const fromNormalized = parse(normalized);
      expect(protobufLanguage.normalized(fromNormalized), text).to.equal(normalized);
      const base64 = Buffer.from(protobufDescriptor(parsed)).toString("base64");
      expect(comparable(protobufDescriptor(parse(base64))), text).to.deep.equal(before);
      expect(protobufLanguage.normalized(parse(base64)), text).to.equal(normalized);
    }
  }).timeout(60_000);

  for (const archive of archives) {
    it(`reads what it prints as what it was: ${archive}`, function () {
      const files = filesOfTar(requireOutside(this, `shared/data/conformance/${archive}.tar.gz`));
      const protos = [...files].filter(([path]) => path.endsWith(".proto"));
      expect(protos.length).to.be.greaterThan(8);
      const references = protos.map(([path, text]) => ({ name: path, subject: path, version: 1, text }));
      let linked = 0;
      for (const [path, text] of protos) {
        const printed = printFile(parseFile(text));
        expect(printFile(parseFile(printed)), path).to.equal(printed);
        // Two of grpc's files import what its archive does not hold.
        const others = references.filter(({ name }) => name !== path);
        const isWhole = [...text.matchAll(/^import "(.*)";/gm)].every(
          ([, name = ""]) => files.has(name) || name.startsWith("google/protobuf/"),
        );
        if (!isWhole) continue;
        linked++;
        const parsed = parse(text, others);
        const again = parse(parsed.canonical, others);
        expect(comparable(protobufDescriptor(again)), path).to.deep.equal(
          comparable(protobufDescriptor(parsed)),
        );
      }
      expect(linked).to.be.greaterThan(protos.length / 2);
    });
  }

  it("makes of the project's own contracts the descriptors that buf makes", () => {
    const image = execFileSync(join(repoRoot, "node_modules/.bin/buf"), ["build", "-o", "-#format=binpb"], {
      cwd: repoRoot,
      maxBuffer: 64 * 1024 * 1024,
    });
    const { file } = fromBinary(FileDescriptorSetSchema, image);
    const ours = file.filter(({ name }) => !name.startsWith("google/"));
    expect(ours.length).to.be.greaterThan(10);
    const references = ours.map(({ name }): ReferencedSchema => {
      const folder = name.startsWith("buf/") ? "vendor" : "proto";
      return { name, subject: name, version: 1, text: readFileSync(join(repoRoot, folder, name), "utf8") };
    });
    for (const proto of ours) {
      const others = references.filter(({ name }) => name !== proto.name);
      const { text = "" } = references.find(({ name }) => name === proto.name) ?? {};
      const parsed = parse(text, others);
      const written = descriptorBytes(parsed.set.file, proto.name);
      const expected = toBinary(FileDescriptorProtoSchema, proto);
      expect(comparable(written), proto.name).to.deep.equal(comparable(expected));
      const fromDescriptor = parse(Buffer.from(expected).toString("base64"), others);
      expect(protobufLanguage.normalized(fromDescriptor), proto.name).to.equal(
        protobufLanguage.normalized(parsed),
      );
    }
  }).timeout(60_000);
});
