import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type * as grpc from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { file_tideline_admin_v1_admin_service } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { file_tideline_admin_v1_quarantine_service } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { file_tideline_ingest_v1_ingest_service } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { file_tideline_query_v1_query_service } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { file_tideline_registry_v1_registry_service } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";

/** Every contract that the gateway serves: each instance's reflection answers for all of them. */
const contracts: readonly DescFile[] = [
  file_tideline_admin_v1_admin_service,
  file_tideline_admin_v1_quarantine_service,
  file_tideline_ingest_v1_ingest_service,
  file_tideline_query_v1_query_service,
  file_tideline_registry_v1_registry_service,
];

/** Adds grpc.reflection.v1 and v1alpha. */
export function addReflection(server: grpc.Server): void {
  const files = new Map<string, Buffer>();
  const visit = (file: DescFile): void => {
    if (files.has(file.name)) return;
    files.set(file.name, Buffer.from(toBinary(FileDescriptorProtoSchema, file.proto)));
    file.dependencies.forEach(visit);
  };
  contracts.forEach(visit);
  // The library takes the descriptors from a package definition; nothing else in one is read.
  const definition = { contracts: { fileDescriptorProtos: [...files.values()] } };
  type Definition = ConstructorParameters<typeof ReflectionService>[0];
  new ReflectionService(definition as unknown as Definition).addToServer(server);
}
