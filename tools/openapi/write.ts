// Writes the OpenAPI document of the REST face: `node dist/tools/openapi/write.js IMAGE FILE`, with the contracts as
// `buf build --as-file-descriptor-set` gives them, which keeps comments.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { openApiDocument } from "./document.js";

const [image = "", target = ""] = process.argv.slice(2);
const contracts = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${JSON.stringify(openApiDocument(contracts), undefined, 2)}\n`);
