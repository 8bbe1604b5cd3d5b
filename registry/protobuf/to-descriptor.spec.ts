import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { load } from "./load.js";
import { protobufLanguage } from "./protobuf.js";
import { descriptorBytes } from "./to-descriptor.js";

const files: Readonly<Record<string, string>> = {
  "other.proto": `syntax = "proto3";
package a.b;
option java_package = "com.x";
option optimize_for = SPEED;
message Other { string x = 1; message In { int32 q = 1; } enum E { Z = 0; reserved 5 to 7; reserved "old"; } }`,
  "proto3.proto": `syntax = "proto3";
package shop;
import public "other.proto";
option java_multiple_files = true;
message Order {
  option deprecated = true;
  reserved 9, 20 to 30;
  reserved "gone";
  string id = 1 [deprecated = true, json_name = "ID"];
  optional int32 n = 2;
  map<string, a.b.Other> by_some_name = 3;
  repeated sint64 many = 4 [packed = false];
  a.b.Other.E e = 7;
  map<int32, a.b.Other.E> em = 8;
  Alias alias = 10;
  oneof choice { a.b.Other o = 5; bytes raw = 6; }
  enum Alias { option allow_alias = true; A = 0; B = 1 [deprecated = true]; C = 1; }
}
service S { rpc Get(Order) returns (stream a.b.Other) { option idempotency_level = IDEMPOTENT; } }`,
  "proto2.proto": `package old;
message M {
  required string s = 1 [default = "hé\\"y"];
  optional bytes b = 2 [default = "a\\001\\xffb"];
  optional double d = 3 [default = -1.5];
  optional E e = 4 [default = TWO];
  optional bool f = 5 [default = true];
  repeated group Grp = 6 { optional int32 z = 1; }
  extensions 100 to 199, 500 to max;
  extend M { optional string nested_ext = 101; }
}
enum E { ONE = 1; TWO = 2; }
extend M { optional int32 ext = 100; }`,
  "edition.proto": `edition = "2023";
package ed;
option features.field_presence = IMPLICIT;
message M {
  string s = 1 [features.field_presence = EXPLICIT];
  E e = 2;
  M m = 3 [features.message_encoding = DELIMITED];
  repeated int32 r = 4 [features.repeated_field_encoding = EXPANDED];
}
enum E { option features.enum_type = OPEN; ZERO = 0; }`,
};

const references = Object.entries(files).map(([name, text]) => ({ name, subject: name, version: 1, text }));

describe("a Protobuf schema as a descriptor", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tideline-proto-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is what a compiler makes of it", () => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const args = [
      "build",
      folder,
      "--as-file-descriptor-set",
      "--exclude-source-info",
      "-o",
      "-#format=binpb",
    ];
    const compiled = execFileSync(join(repoRoot, "node_modules/.bin/buf"), args, { stdio: "pipe" });
    const byCompiler = fromBinary(FileDescriptorSetSchema, compiled);
    for (const [name, text] of Object.entries(files)) {
      const others = references.filter((it) => it.name !== name);
      const { file } = load({ text, references: others });
      const ours = fromBinary(FileDescriptorProtoSchema, descriptorBytes(file, name));
      const theirs = byCompiler.file.find((it) => it.name === name);
      if (theirs === undefined) throw new Error(`${name} was compiled`);
      const [got, wanted] = [ours, theirs].map((it) => toJson(FileDescriptorProtoSchema, it));
      expect(got, name).to.deep.equal(wanted);
    }
  });

  it("comes back as the same schema, its names written in full", () => {
    // Options with members have two spellings, and a descriptor does not say which it was.
    for (const { name, text } of references.filter((it) => it.name !== "edition.proto")) {
      const others = references.filter((it) => it.name !== name);
      const parsed = protobufLanguage.parse({ text, references: others });
      const base64 = protobufLanguage.formatted?.(parsed, "serialized") ?? "";
      const again = protobufLanguage.parse({ text: base64, references: others });
      const [got, wanted] = [again, parsed].map((it) => protobufLanguage.normalized(it));
      expect(got, name).to.equal(wanted);
    }
    const parsed = protobufLanguage.parse({ text: files["other.proto"] ?? "", references: [] });
    expect(protobufLanguage.formatted?.(parsed, "ignore_extensions")).to.equal(undefined);
  });
});
