// Changes of .proto files, one at a time, with what they break.

/** The body of a message, or a whole file. */
export const fileText = (body: string): string => {
  if (body.startsWith("syntax") || body.startsWith("edition")) return body;
  return `syntax = "proto3"; package p; message M { ${body} } message N { int32 a = 1; }
    message O { string a = 1; } enum E { ZERO = 0; ONE = 1; }`;
};

const proto2 = (body: string): string =>
  `syntax = "proto2"; message M { ${body} } message N { optional int32 a = 1; }`;

export type ProtoChange = readonly [name: string, writer: string, reader: string, rules: readonly string[]];

/** What the writer has, what the reader has, and why that can't be read. */
export const protoChanges: readonly ProtoChange[] = [
  ["a field is added", "int32 a = 1;", "int32 a = 1; string b = 2; repeated N n = 3;", []],
  ["a field is removed", "int32 a = 1; string b = 2;", "int32 a = 1;", []],
  ["a field is renamed", "int32 a = 1;", "int32 b = 1;", []],
  ["a field gets another number", "int32 a = 1;", "int32 a = 2;", []],
  ["numbers of one encoding", "int32 a = 1; bool b = 2; E c = 3;", "uint64 a = 1; E b = 2; int64 c = 3;", []],
  ["string and bytes", "string a = 1; bytes b = 2;", "bytes a = 1; string b = 2;", []],
  ["fixed and sfixed", "fixed32 a = 1; sfixed64 b = 2;", "sfixed32 a = 1; fixed64 b = 2;", []],
  ["a sint for an int", "int32 a = 1;", "sint32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a double for a float", "float a = 1;", "double a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a fixed for an int", "fixed32 a = 1;", "int32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["bits of other widths", "fixed32 a = 1;", "fixed64 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a float for 32 bits", "float a = 1;", "fixed32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["an enum for a sint", "E a = 1;", "sint32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a string for an enum", "string a = 1;", "E a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a message for a string", "string a = 1;", "N a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a string for a message", "N a = 1;", "string a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a map for a number", "int32 a = 1;", "map<string, int32> a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a map for a message", "repeated N a = 1;", "map<int32, int32> a = 1;", ["FIELD_KIND_CHANGED"]],
  ["a map of other keys", "map<string, N> a = 1;", "map<int32, N> a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  [
    "a map of other values",
    "map<string, int32> a = 1;",
    "map<string, string> a = 1;",
    ["FIELD_SCALAR_KIND_CHANGED"],
  ],
  ["a map of other messages", "map<string, N> a = 1;", "map<string, O> a = 1;", ["FIELD_MESSAGE_CHANGED"]],
  ["a map of wider numbers", "map<int32, bool> a = 1;", "map<int64, E> a = 1;", []],
  ["another message", "N a = 1;", "O a = 1;", ["FIELD_MESSAGE_CHANGED"]],
  ["repeated strings and messages", "string a = 1; N b = 2;", "repeated string a = 1; repeated N b = 2;", []],
  ["single strings and messages", "repeated bytes a = 1; repeated N b = 2;", "bytes a = 1; N b = 2;", []],
  ["repeated numbers", "int32 a = 1;", "repeated int32 a = 1;", ["FIELD_NUMERIC_LABEL_CHANGED"]],
  ["single numbers", "repeated E a = 1;", "E a = 1;", ["FIELD_NUMERIC_LABEL_CHANGED"]],
  ["presence", "int32 a = 1; optional string b = 2;", "optional int32 a = 1; string b = 2;", []],
  ["a oneof is added", "int32 a = 1;", "int32 a = 1; oneof o { string b = 2; int32 c = 3; }", []],
  ["a oneof grows", "oneof o { string b = 2; }", "oneof o { string b = 2; int32 c = 3; }", []],
  ["a oneof is removed", "oneof o { string b = 2; int32 c = 3; }", "int32 a = 1;", []],
  [
    "a oneof is renamed",
    "oneof o { string b = 2; int32 c = 3; }",
    "oneof p { string b = 2; int32 c = 3; }",
    [],
  ],
  [
    "a oneof shrinks",
    "oneof o { string b = 2; int32 c = 3; }",
    "oneof o { string b = 2; }",
    ["ONEOF_FIELD_REMOVED"],
  ],
  ["one field into a new oneof", "string b = 2;", "oneof o { string b = 2; int32 c = 3; }", []],
  [
    "a oneof's field to the message",
    "oneof o { string b = 2; int32 c = 3; }",
    "string b = 2; oneof o { int32 c = 3; }",
    [],
  ],
  [
    "fields into a new oneof",
    "string b = 2; int32 c = 3;",
    "oneof o { string b = 2; int32 c = 3; }",
    ["FIELDS_MOVED_TO_ONEOF"],
  ],
  [
    "a field into an old oneof",
    "string b = 2; oneof o { int32 c = 3; }",
    "oneof o { string b = 2; int32 c = 3; }",
    ["FIELD_MOVED_TO_EXISTING_ONEOF"],
  ],
  [
    "oneofs into one",
    "oneof o { string b = 2; string d = 4; } oneof q { int32 c = 3; string e = 5; }",
    "oneof r { string b = 2; string d = 4; int32 c = 3; string e = 5; }",
    ["FIELDS_MOVED_TO_ONEOF"],
  ],
  [
    "a nested message changes",
    "message I { int32 a = 1; } I i = 1;",
    "message I { string a = 1; } I i = 1;",
    ["FIELD_SCALAR_KIND_CHANGED"],
  ],
  ["a nested message is removed", "message I { int32 a = 1; }", "int32 a = 1;", ["MESSAGE_REMOVED"]],
  [
    "a message is removed",
    'syntax = "proto3"; message A {} message B {}',
    'syntax = "proto3"; message A {}',
    ["MESSAGE_REMOVED"],
  ],
  [
    "messages change places",
    'syntax = "proto3"; message A { int32 a = 1; } message B {}',
    'syntax = "proto3"; message B {} message A { int32 a = 1; }',
    [],
  ],
  [
    "enums come and go",
    'syntax = "proto3"; message A {} enum E { X = 0; Y = 1; } enum F { Z = 0; }',
    'syntax = "proto3"; message A {} enum E { Q = 0; R = 7; }',
    [],
  ],
  [
    "services",
    'syntax = "proto3"; message A {} service S { rpc Do (A) returns (A); }',
    'syntax = "proto3"; message A {}',
    [],
  ],
  [
    "another package",
    'syntax = "proto3"; package a; message A { A a = 1; }',
    'syntax = "proto3"; package b; message A { A a = 1; }',
    ["PACKAGE_CHANGED"],
  ],
  [
    "a required field is added",
    proto2("optional int32 a = 1;"),
    proto2("optional int32 a = 1; required int32 b = 2;"),
    ["REQUIRED_FIELD_ADDED"],
  ],
  [
    "a required field is removed",
    proto2("required int32 a = 1;"),
    proto2("optional int32 b = 2;"),
    ["REQUIRED_FIELD_REMOVED"],
  ],
  [
    "a field is made required",
    proto2("optional int32 a = 1;"),
    proto2("required int32 a = 1;"),
    ["FIELD_MADE_REQUIRED"],
  ],
  ["a field is made optional", proto2("required int32 a = 1;"), proto2("optional int32 a = 1;"), []],
  [
    "a group for a message",
    proto2("optional N n = 1;"),
    proto2("optional group N2 = 1 { optional int32 a = 1; }"),
    ["FIELD_ENCODING_CHANGED"],
  ],
  [
    "a message is delimited",
    'edition = "2023"; message M { M m = 1; int32 a = 2; }',
    'edition = "2023"; message M { M m = 1 [features.message_encoding = DELIMITED]; int32 a = 2; }',
    ["FIELD_ENCODING_CHANGED"],
  ],
  [
    "syntax alone",
    proto2("repeated int32 a = 1; optional string b = 2;"),
    'syntax = "proto3"; message M { repeated int32 a = 1; string b = 2; } message N { int32 a = 1; }',
    [],
  ],
];
