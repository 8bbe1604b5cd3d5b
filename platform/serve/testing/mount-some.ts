import type { DescService } from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../fault.js";
import type { Access } from "../call.js";
import { type Methods, type Mount, mount } from "../mount.js";

/** For tests: mounts a service of which only some methods are there; the others refuse. All have the same access. */
export function mountSome<S extends DescService>(
  service: S,
  methods: Partial<Methods<S>>,
  access: Access,
): Mount {
  const names = Object.keys(service.method);
  const refuse = async (): Promise<never> => {
    throw new Fault(FaultReason.NOT_OFFERED, "not offered");
  };
  const all = Object.fromEntries(names.map((name) => [name, Reflect.get(methods, name) ?? refuse]));
  const accesses = Object.fromEntries(names.map((name) => [name, access]));
  return mount(service, all as unknown as Methods<S>, accesses as Parameters<typeof mount<S>>[2]);
}
