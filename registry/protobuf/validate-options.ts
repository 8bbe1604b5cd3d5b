// Options must be known, or custom, and have a value of their type.
import { descriptorFile } from "./built-in.js";
import type { ProtoFile, ProtoMessage } from "./model.js";
import { optionBytes } from "./option-bytes.js";
import type { EnumNode, ExtendNode, FieldNode, MessageNode, OptionNode } from "./syntax.js";

/** Called for every element that has options, with the kind of them and the scope they stand in. */
export type VisitOptions = (kind: string, options: readonly OptionNode[], scope: string) => void;

const inside = (scope: string, name: string): string => (scope === "" ? name : `${scope}.${name}`);

export const optionsMessage = (kind: string): ProtoMessage =>
  descriptorFile().symbols.get(`google.protobuf.${kind}`) as ProtoMessage;

/** @throws ProtoError with its place */
export function validateOptions(file: ProtoFile): void {
  const visit: VisitOptions = (kind, options, scope) => {
    if (options.length > 0) optionBytes(options, { file, scope, message: optionsMessage(kind) });
  };
  const { node } = file;
  visit("FileOptions", node.options, node.package);
  for (const one of node.messages) visitMessage(one, node.package, visit);
  for (const one of node.enums) visitEnum(one, node.package, visit);
  for (const one of node.extends) visitExtend(one, node.package, visit);
  for (const service of node.services) {
    const scope = inside(node.package, service.name);
    visit("ServiceOptions", service.options, scope);
    for (const method of service.methods) visit("MethodOptions", method.options, scope);
  }
}

function visitMessage(node: MessageNode, around: string, visit: VisitOptions): void {
  const scope = inside(around, node.name);
  visit("MessageOptions", node.options, scope);
  for (const range of node.extensionRanges) visit("ExtensionRangeOptions", range.options, scope);
  for (const field of node.fields) visitField(field, scope, visit);
  for (const oneof of node.oneofs) {
    visit("OneofOptions", oneof.options, scope);
    for (const field of oneof.fields) visitField(field, scope, visit);
  }
  for (const one of node.messages) visitMessage(one, scope, visit);
  for (const one of node.enums) visitEnum(one, scope, visit);
  for (const one of node.extends) visitExtend(one, scope, visit);
}

function visitField(field: FieldNode, scope: string, visit: VisitOptions): void {
  visit("FieldOptions", field.options, scope);
  if (field.group !== undefined) visitMessage(field.group, scope, visit);
}

function visitEnum(node: EnumNode, around: string, visit: VisitOptions): void {
  visit("EnumOptions", node.options, around);
  for (const { options } of node.values) visit("EnumValueOptions", options, around);
}

function visitExtend(node: ExtendNode, scope: string, visit: VisitOptions): void {
  for (const field of node.fields) visitField(field, scope, visit);
}
