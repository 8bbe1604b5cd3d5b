import type { AnyDesc, DescEnum, DescField, DescFile, DescMessage, DescMethod } from "@bufbuild/protobuf";

type Commented = DescMessage | DescEnum | DescField | DescEnum["values"][number] | DescMethod;

const leading = new WeakMap<DescFile, ReadonlyMap<string, string>>();

/** The comment above a thing of a contract, as one text; empty where there is none. */
export function commentOf(desc: Commented): string {
  const file = fileOf(desc);
  const known = leading.get(file) ?? commentsOf(file);
  leading.set(file, known);
  return known.get(placeOf(desc).join()) ?? "";
}

function commentsOf(file: DescFile): ReadonlyMap<string, string> {
  const locations = file.proto.sourceCodeInfo?.location ?? [];
  return new Map(locations.map(({ path, leadingComments }) => [path.join(), textOf(leadingComments)]));
}

/** Lines are joined; an empty one between them parts paragraphs. */
function textOf(comment: string): string {
  const paragraphs = comment.split(/\n\s*\n/);
  return paragraphs.map((it) => it.replaceAll(/\s*\n\s*/g, " ").trim()).join("\n\n");
}

function fileOf(desc: Commented): DescFile {
  if (desc.kind === "field" || desc.kind === "enum_value" || desc.kind === "rpc") {
    return desc.parent.file;
  }
  return desc.file;
}

// Numbers of fields of descriptor.proto, which a location's path is made of.
const inFile = { message: 4, enum: 5, service: 6 } as const;
const inMessage = { field: 2, message: 3, enum: 4 } as const;
const methodOrValue = 2;

function placeOf(desc: AnyDesc): number[] {
  switch (desc.kind) {
    case "message":
      return desc.parent === undefined
        ? [inFile.message, desc.file.proto.messageType.indexOf(desc.proto)]
        : [...placeOf(desc.parent), inMessage.message, desc.parent.proto.nestedType.indexOf(desc.proto)];
    case "enum":
      return desc.parent === undefined
        ? [inFile.enum, desc.file.proto.enumType.indexOf(desc.proto)]
        : [...placeOf(desc.parent), inMessage.enum, desc.parent.proto.enumType.indexOf(desc.proto)];
    case "service":
      return [inFile.service, desc.file.proto.service.indexOf(desc.proto)];
    case "field":
      return [...placeOf(desc.parent), inMessage.field, desc.parent.proto.field.indexOf(desc.proto)];
    case "enum_value":
      return [...placeOf(desc.parent), methodOrValue, desc.parent.proto.value.indexOf(desc.proto)];
    case "rpc":
      return [...placeOf(desc.parent), methodOrValue, desc.parent.proto.method.indexOf(desc.proto)];
    default:
      throw new Error(`${desc.kind} has no comment`);
  }
}
