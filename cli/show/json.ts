import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";

/** A message in its JSON form, indented. */
export function jsonOf<D extends DescMessage>(schema: D, message: MessageShape<D>): string {
  return JSON.stringify(toJson(schema, message, { alwaysEmitImplicit: false }), undefined, 2);
}
