import { expect } from "chai";
import { RegistryService } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { accessOf } from "../platform/serve/mount.js";
import type { EventsDesk } from "./events-desk.js";
import type { Registry } from "./registry.js";
import { mountRegistry } from "./routes.js";

describe("access to the registry", () => {
  it("to stored events, to the history, and to everything that changes something, takes an admin key", () => {
    const mounted = mountRegistry({} as Registry, {} as EventsDesk);
    const open = RegistryService.methods
      .filter((it) => accessOf(mounted, it) === "any")
      .map(({ name }) => name);
    expect(open).to.have.members([
      ...["CheckSchema", "LookupSchema", "GetSchema", "ListSchemas", "ListSubjects", "ListVersions"],
      ...["DiffSchemas", "GetConfig", "GetMode", "GetSubject", "ListContexts", "ListReferrers"],
    ]);
    for (const method of RegistryService.methods) {
      expect(accessOf(mounted, method), method.name).to.be.oneOf(["any", "admin"]);
    }
  });
});
