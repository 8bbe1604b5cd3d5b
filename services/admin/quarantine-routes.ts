import { QuarantineService } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { type Mount, mount } from "../../platform/serve/mount.js";
import { callerOf } from "./admin-routes.js";
import { discardQuarantined } from "./discard-quarantined.js";
import { listQuarantined } from "./list-quarantined.js";
import { type ReprocessPorts, reprocessQuarantined } from "./reprocess-quarantined.js";

/** QuarantineService on its ports. */
export function mountQuarantine(ports: ReprocessPorts): Mount {
  const { quarantine } = ports;
  return mount(
    QuarantineService,
    {
      listQuarantined: (request, call) => listQuarantined(quarantine, callerOf(call), request),
      reprocessQuarantined: (request, call) => reprocessQuarantined(ports, callerOf(call), request),
      discardQuarantined: (request, call) => discardQuarantined(quarantine, callerOf(call), request),
    },
    { listQuarantined: "admin", reprocessQuarantined: "admin", discardQuarantined: "admin" },
  );
}
