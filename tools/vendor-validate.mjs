// Prints vendor/buf/validate/validate.proto from the descriptor that @bufbuild/protovalidate carries.
//
// The file's text is in no npm package, and buf needs it to compile ours. Custom options of the file itself (the
// CEL of each predefined rule) are left out: our contracts only name the rules, and protovalidate evaluates them
// from its own descriptor. Plain JavaScript, since it runs before anything is built.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const entry = createRequire(import.meta.url).resolve("@bufbuild/protovalidate"); // .../dist/<format>/index.js
const generated = pathToFileURL(join(dirname(entry), "../esm/gen/buf/validate/validate_pb.js")).href;
const { file_buf_validate_validate: descriptor } = await import(generated);
const file = descriptor.proto;

const scalars = {
  1: "double",
  2: "float",
  3: "int64",
  4: "uint64",
  5: "int32",
  6: "fixed64",
  7: "fixed32",
  8: "bool",
  9: "string",
  12: "bytes",
  13: "uint32",
  15: "sfixed32",
  16: "sfixed64",
  17: "sint32",
  18: "sint64",
};
const labels = { 1: "optional", 2: "required", 3: "repeated" };

const lines = [];
const print = (depth, text) => lines.push(`${"  ".repeat(depth)}${text}`);

function printField(depth, field, inOneof) {
  const type = scalars[field.type] ?? field.typeName;
  const label = inOneof ? "" : `${labels[field.label]} `;
  const fallback = field.defaultValue ? ` [default = ${field.defaultValue}]` : "";
  print(depth, `${label}${type} ${field.name} = ${field.number}${fallback};`);
}

function printEnum(depth, node) {
  print(depth, `enum ${node.name} {`);
  if (node.options?.allowAlias) print(depth + 1, "option allow_alias = true;");
  for (const value of node.value) print(depth + 1, `${value.name} = ${value.number};`);
  print(depth, "}");
}

function printMessage(depth, node) {
  print(depth, `message ${node.name} {`);
  for (const nested of node.enumType) printEnum(depth + 1, nested);
  for (const nested of node.nestedType) printMessage(depth + 1, nested);
  node.oneofDecl.forEach((oneof, index) => {
    print(depth + 1, `oneof ${oneof.name} {`);
    for (const field of node.field) {
      if (Object.hasOwn(field, "oneofIndex") && field.oneofIndex === index)
        printField(depth + 2, field, true);
    }
    print(depth + 1, "}");
  });
  for (const field of node.field)
    if (!Object.hasOwn(field, "oneofIndex")) printField(depth + 1, field, false);
  for (const { start, end } of node.extensionRange) {
    print(depth + 1, `extensions ${start} to ${end === 0x20000000 ? "max" : end - 1};`);
  }
  printExtensions(depth + 1, node.extension);
  print(depth, "}");
}

function printExtensions(depth, extensions) {
  for (const field of extensions) {
    print(depth, `extend ${field.extendee} {`);
    printField(depth + 1, field, false);
    print(depth, "}");
  }
}

print(0, `syntax = "${file.syntax || "proto2"}";`);
print(0, `package ${file.package};`);
for (const path of file.dependency) print(0, `import "${path}";`);
print(0, `option go_package = "${file.options.goPackage}";`);
print(0, `option java_package = "${file.options.javaPackage}";`);
print(0, "option java_multiple_files = true;");
printExtensions(0, file.extension);
for (const node of file.enumType) printEnum(0, node);
for (const node of file.messageType) printMessage(0, node);

const target = join(root, "vendor/buf/validate/validate.proto");
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${lines.join("\n")}\n`);
