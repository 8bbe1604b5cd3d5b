// Files that every schema may import without a reference.
import {
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";
import { builtInTexts } from "./built-in-texts.js";
import { linkFile } from "./link.js";
import type { ProtoFile } from "./model.js";
import { parseFile } from "./parse-file.js";
import { readDescriptor } from "./read-descriptor.js";

const described = [
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
];

const linked = new Map<string, ProtoFile>();

/** A file of Protobuf's own, of google/type or of confluent; undefined: there is none of that path. */
export function builtInFile(path: string): ProtoFile | undefined {
  const known = linked.get(path);
  if (known !== undefined) return known;
  const proto = described.map((file) => file.proto).find(({ name }) => name === path);
  const text = builtInTexts.get(path);
  // Their own options change nothing that is asked of them.
  const node =
    proto !== undefined ? readDescriptor(proto, () => []) : text === undefined ? undefined : parseFile(text);
  if (node === undefined) return undefined;
  const imports = node.imports.map((one) => builtInFile(one.path)).filter((file) => file !== undefined);
  const file = linkFile(path, node, imports);
  linked.set(path, file);
  return file;
}

/** google/protobuf/descriptor.proto: the messages that options are. */
export function descriptorFile(): ProtoFile {
  const file = builtInFile("google/protobuf/descriptor.proto");
  if (file === undefined) throw new Error("descriptor.proto is not built in");
  return file;
}

export const builtInPaths = (): readonly string[] => [
  ...described.map(({ proto }) => proto.name),
  ...builtInTexts.keys(),
];
