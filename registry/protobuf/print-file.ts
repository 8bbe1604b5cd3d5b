// Writes a .proto file in the one form that is stored: syntax and package, imports, options, messages, enums,
// extensions, services; in a message reserved, options, fields, oneofs, extension ranges, then what is declared in it.
// Comments are gone, spacing is unified, names stay as they were written.
import { isUtf8 } from "node:buffer";
import {
  type EnumNode,
  type ExtendNode,
  enumNumberMax,
  type FieldNode,
  type FileNode,
  fieldNumberMax,
  isEdition,
  type MessageNode,
  type MethodNode,
  type NumberRange,
  type OptionNode,
  type OptionValue,
  type ServiceNode,
} from "./syntax.js";

export function printFile(file: FileNode): string {
  const head =
    (file.syntax === undefined
      ? ""
      : `${isEdition(file.syntax) ? "edition" : "syntax"} = "${file.syntax}";\n`) +
    (file.package === "" ? "" : `package ${file.package};\n`);
  const modified = (wanted: string | undefined): string =>
    file.imports
      .filter(({ modifier }) => modifier === wanted)
      .map(({ path }) => `import ${wanted === undefined ? "" : `${wanted} `}${quoted(toBytes(path))};\n`)
      .join("");
  return [
    head,
    modified(undefined) + modified("public") + modified("weak") + modified("option"),
    file.options.map(optionStatement).join(""),
    file.messages.map((one) => message(one)).join("") + file.enums.map(enumeration).join(""),
    file.extends.map(extension).join(""),
    file.services.map(service).join(""),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const toBytes = (text: string): string => Buffer.from(text).toString("latin1");

const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

/** A block; its sections have an empty line between them. */
const block = (head: string, sections: readonly string[]): string => {
  const body = sections.filter((section) => section !== "").join("\n");
  return body === "" ? `${head} {}\n` : `${head} {\n${indented(body)}}\n`;
};

const visibly = ({ visibility }: Pick<MessageNode, "visibility">): string =>
  visibility === undefined ? "" : `${visibility} `;

function message(node: MessageNode, head = `${visibly(node)}message ${node.name}`): string {
  return block(head, [
    reserved(node, fieldNumberMax),
    node.options.map(optionStatement).join(""),
    node.fields.map(field).join(""),
    node.oneofs
      .map(({ name, options, fields }) =>
        block(`oneof ${name}`, [options.map(optionStatement).join(""), fields.map(field).join("")]),
      )
      .join(""),
    node.extensionRanges
      .map((one) => `extensions ${range(one, fieldNumberMax)}${optionList(one.options)};\n`)
      .join(""),
    node.messages.map((one) => message(one)).join("") + node.enums.map(enumeration).join(""),
    node.extends.map(extension).join(""),
  ]);
}

const range = ({ from, to }: NumberRange, max: number): string => {
  if (from === to) return String(from);
  return `${from} to ${to === max ? "max" : to}`;
};

const reserved = (
  { reservedRanges, reservedNames }: Pick<MessageNode, "reservedRanges" | "reservedNames">,
  max: number,
): string => {
  const ranges = reservedRanges.map((one) => range(one, max)).join(", ");
  const names = reservedNames.map(({ name }) => `"${name}"`).join(", ");
  return `${ranges === "" ? "" : `reserved ${ranges};\n`}${names === "" ? "" : `reserved ${names};\n`}`;
};

function field(node: FieldNode): string {
  const label = node.label === undefined ? "" : `${node.label} `;
  const options = optionList(node.options);
  if (node.group !== undefined)
    return message(node.group, `${label}group ${node.type} = ${node.number}${options}`);
  const type = node.mapKey === undefined ? node.type : `map<${node.mapKey}, ${node.type}>`;
  return `${label}${type} ${node.name} = ${node.number}${options};\n`;
}

function enumeration(node: EnumNode): string {
  const values = node.values.map(
    ({ name, number, options }) => `${name} = ${number}${optionList(options)};\n`,
  );
  return block(`${visibly(node)}enum ${node.name}`, [
    reserved(node, enumNumberMax) + node.options.map(optionStatement).join("") + values.join(""),
  ]);
}

const extension = ({ extendee, fields }: ExtendNode): string =>
  block(`extend ${extendee}`, [fields.map(field).join("")]);

const service = ({ name, options, methods }: ServiceNode): string =>
  block(`service ${name}`, [options.map(optionStatement).join(""), methods.map(method).join("")]);

function method({ name, input, output, isClientStream, isServerStream, options }: MethodNode): string {
  const streamed = (isStream: boolean, type: string): string => `(${isStream ? "stream " : ""}${type})`;
  const head = `rpc ${name} ${streamed(isClientStream, input)} returns ${streamed(isServerStream, output)}`;
  return options.length === 0 ? `${head};\n` : block(head, [options.map(optionStatement).join("")]);
}

const optionStatement = ({ name, value }: OptionNode): string => `option ${name} = ${printValue(value)};\n`;

/** In brackets: one option in its line, several in a line each. */
function optionList(options: readonly OptionNode[]): string {
  const all = options.map(({ name, value }) => `${name} = ${printValue(value)}`);
  if (all.length < 2) return all.length === 0 ? "" : ` [${all.join("")}]`;
  return ` [\n${indented(all.join(",\n"))}\n]`;
}

export function printValue(value: OptionValue): string {
  switch (value.kind) {
    case "name":
    case "number":
      return value.text;
    case "string":
      return quoted(value.bytes);
    case "list":
      return `[${value.items.map(printValue).join(", ")}]`;
    case "message": {
      const members = value.members.map((one) => `${one.name}: ${printValue(one.value)}`);
      return members.length === 0 ? "{}" : `{\n${indented(members.join(",\n"))}\n}`;
    }
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Text as it is where the bytes are UTF-8, else every byte past ASCII by its number. */
function quoted(bytes: string): string {
  const buffer = Buffer.from(bytes, "latin1");
  const isText = isUtf8(buffer);
  const octal = (character: string): string =>
    escapes[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones to escape.
  const text = (isText ? buffer.toString() : bytes).replace(/["\\\u0000-\u001f\u007f]/g, octal);
  return `"${isText ? text : text.replace(/[\u0080-\u00ff]/g, octal)}"`;
}
