// Reads a .proto text into its statements. What the names mean is looked at afterwards.
import { Cursor } from "./cursor.js";
import { parseEnum, parseExtend, parseMessage, parseVisible } from "./parse-types.js";
import { ProtoError, shown } from "./refusal.js";
import type {
  EnumNode,
  ExtendNode,
  FileNode,
  ImportNode,
  MessageNode,
  MethodNode,
  OptionNode,
  ServiceNode,
} from "./syntax.js";

/** What `edition` may be; docs/registry.md says what of them is supported. */
const editions: ReadonlySet<string> = new Set(["2023", "2024"]);

interface Collected {
  package: string | undefined;
  readonly imports: ImportNode[];
  readonly options: OptionNode[];
  readonly messages: MessageNode[];
  readonly enums: EnumNode[];
  readonly extends: ExtendNode[];
  readonly services: ServiceNode[];
}

/** @throws ProtoError with its place */
export function parseFile(text: string): FileNode {
  const cursor = new Cursor(text);
  const syntax = parseSyntax(cursor);
  const file: Collected = {
    package: undefined,
    imports: [],
    options: [],
    messages: [],
    enums: [],
    extends: [],
    services: [],
  };
  while (cursor.token.kind !== "end") parseStatement(cursor, file, syntax);
  return { ...file, syntax, package: file.package ?? "" };
}

function parseSyntax(cursor: Cursor): string | undefined {
  const isEdition = cursor.isName("edition");
  if (!isEdition && !cursor.isName("syntax")) return undefined;
  cursor.take();
  cursor.symbol("=");
  const { at } = cursor;
  const syntax = cursor.text("a string");
  const isKnown = isEdition ? editions.has(syntax) : syntax === "proto2" || syntax === "proto3";
  if (!isKnown) {
    const known = isEdition ? "2023 and 2024" : "proto2 and proto3";
    throw new ProtoError(
      `${isEdition ? "edition" : "syntax"} ${shown(syntax)} is not known; ${known} are`,
      at,
    );
  }
  cursor.symbol(";");
  return syntax;
}

function parseStatement(cursor: Cursor, file: Collected, syntax: string | undefined): void {
  if (cursor.skipSymbol(";")) return;
  const { at } = cursor;
  const word = cursor.name("a declaration");
  switch (word) {
    case "package":
      if (file.package !== undefined) throw new ProtoError("the package is named twice", at);
      file.package = cursor.fullName("a package");
      cursor.symbol(";");
      break;
    case "import":
      file.imports.push(parseImport(cursor, syntax));
      break;
    case "option":
      file.options.push(cursor.optionStatement());
      break;
    case "message":
      file.messages.push(parseMessage(cursor, { syntax, depth: 1, at }));
      break;
    case "enum":
      file.enums.push(parseEnum(cursor, at));
      break;
    case "extend":
      file.extends.push(parseExtend(cursor, { syntax, depth: 1, at }));
      break;
    case "service":
      file.services.push(parseService(cursor));
      break;
    case "export":
    case "local":
      if (syntax !== "2024") throw new ProtoError(`${shown(word)} is of edition 2024`, at);
      parseVisible(cursor, file, { syntax, depth: 1, at, visibility: word });
      break;
    default:
      throw new ProtoError(`${shown(word)} begins no declaration`, at);
  }
}

function parseImport(cursor: Cursor, syntax: string | undefined): ImportNode {
  const modifier = (["public", "weak", "option"] as const).find((word) => cursor.skipName(word));
  if (modifier === "option" && syntax !== "2024")
    throw new ProtoError('"import option" is of edition 2024', cursor.at);
  const { at } = cursor;
  const path = cursor.text("the path of a file");
  cursor.symbol(";");
  return { path, modifier, at };
}

function parseService(cursor: Cursor): ServiceNode {
  const { at } = cursor;
  const name = cursor.name("a service's name");
  const methods: MethodNode[] = [];
  const options: OptionNode[] = [];
  cursor.symbol("{");
  while (!cursor.skipSymbol("}")) {
    if (cursor.skipSymbol(";")) continue;
    if (cursor.skipName("option")) options.push(cursor.optionStatement());
    else if (cursor.skipName("rpc")) methods.push(parseMethod(cursor));
    else cursor.fail('"rpc", "option" or "}"');
  }
  return { name, methods, options, at };
}

function parseMethod(cursor: Cursor): MethodNode {
  const { at } = cursor;
  const name = cursor.name("a method's name");
  const input = parseMethodType(cursor);
  if (!cursor.skipName("returns")) cursor.fail('"returns"');
  const output = parseMethodType(cursor);
  const options: OptionNode[] = [];
  if (cursor.skipSymbol("{")) {
    while (!cursor.skipSymbol("}")) {
      if (cursor.skipSymbol(";")) continue;
      if (!cursor.skipName("option")) cursor.fail('"option" or "}"');
      options.push(cursor.optionStatement());
    }
  } else cursor.symbol(";");
  return {
    name,
    input: input.type,
    output: output.type,
    isClientStream: input.isStream,
    isServerStream: output.isStream,
    options,
    at,
  };
}

function parseMethodType(cursor: Cursor): { type: string; isStream: boolean } {
  cursor.symbol("(");
  // As in protoc the keyword wins over a type or package of that name.
  const isStream = cursor.skipName("stream");
  const type = cursor.typeName("a message");
  cursor.symbol(")");
  return { type, isStream };
}
