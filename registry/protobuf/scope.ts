// Names and what they stand for.
import type { OtherSymbol, ProtoFile, ProtoSymbol } from "./model.js";
import { type Position, ProtoError, shown } from "./refusal.js";

const packageSymbol = (name: string): OtherSymbol => ({ kind: "package", name });

const kindNames: Readonly<Record<ProtoSymbol["kind"], string>> = {
  message: "a message",
  enum: "an enum",
  package: "a package",
  field: "a field",
  oneof: "a oneof",
  value: "an enum's value",
  service: "a service",
  method: "a method",
  extension: "an extension",
};

/** Makes a name known in a file. @throws ProtoError where the scope has it already */
export function declare(file: ProtoFile, symbol: ProtoSymbol, at: Position): void {
  const known = file.visible.get(symbol.name);
  if (known !== undefined) {
    const hint = symbol.kind === "value" ? " (values of an enum stand in the scope around it)" : "";
    throw new ProtoError(
      `${shown(symbol.name)} is declared twice: there is ${kindNames[known.kind]} of that name${hint}`,
      at,
    );
  }
  file.symbols.set(symbol.name, symbol);
  file.visible.set(symbol.name, symbol);
}

/** Names that one file may see. */
const visibleMax = 50_000;

/** Makes the names of an imported file visible, with those that it imports publicly. */
export function addVisible(file: ProtoFile, imported: ProtoFile, seen = new Set<ProtoFile>()): void {
  if (seen.has(imported)) return;
  seen.add(imported);
  for (const [name, symbol] of imported.symbols) {
    const known = file.visible.get(name);
    const isSame =
      known === undefined || known === symbol || (known.kind === "package" && symbol.kind === "package");
    if (!isSame) throw new ProtoError(`two imports declare ${shown(name)}`);
    file.visible.set(name, symbol);
  }
  if (file.visible.size > visibleMax) throw new ProtoError(`it sees more than ${visibleMax} names`);
  for (const [index, { modifier }] of imported.node.imports.entries()) {
    const next = imported.imports[index];
    if (modifier === "public" && next !== undefined) addVisible(file, next, seen);
  }
}

/** Makes a file's package, and every package around it, known. */
export function declarePackage(file: ProtoFile): void {
  let name = "";
  for (const part of file.node.package === "" ? [] : file.node.package.split(".")) {
    name = name === "" ? part : `${name}.${part}`;
    const known = file.visible.get(name);
    if (known !== undefined && known.kind !== "package")
      throw new ProtoError(`the package ${shown(name)} has the name of ${kindNames[known.kind]}`);
    const symbol = known ?? packageSymbol(name);
    file.symbols.set(name, symbol);
    file.visible.set(name, symbol);
  }
}

/**
 * What a name means in a scope, by protoc's rule: from the innermost scope outwards, the first that knows the name's
 * first part decides.
 */
export function resolve(
  file: ProtoFile,
  { name, scope, at }: { name: string; scope: string; at: Position },
  isWanted: (symbol: ProtoSymbol) => boolean,
): ProtoSymbol {
  const found = name.startsWith(".")
    ? file.visible.get(name.slice(1))
    : lookUp(file, { name, scope, isWanted });
  if (found !== undefined && isWanted(found)) return found;
  if (found !== undefined)
    throw new ProtoError(`${shown(name)} is ${kindNames[found.kind]}, which has no place here`, at);
  const said = name.startsWith(".") ? name.slice(1) : name;
  throw new ProtoError(`${shown(said)} is not defined: declare it, or import the file that does`, at);
}

function lookUp(
  file: ProtoFile,
  { name, scope, isWanted }: { name: string; scope: string; isWanted: (symbol: ProtoSymbol) => boolean },
): ProtoSymbol | undefined {
  const dot = name.indexOf(".");
  const first = dot < 0 ? name : name.slice(0, dot);
  let other: ProtoSymbol | undefined;
  for (let around = scope; ; around = around.slice(0, Math.max(around.lastIndexOf("."), 0))) {
    const prefix = around === "" ? "" : `${around}.`;
    const symbol = file.visible.get(prefix + first);
    if (symbol !== undefined && dot >= 0 && (symbol.kind === "message" || symbol.kind === "package"))
      return file.visible.get(prefix + name);
    if (symbol !== undefined && dot < 0) {
      if (isWanted(symbol)) return symbol;
      other ??= symbol;
    }
    if (around === "") return other;
  }
}
