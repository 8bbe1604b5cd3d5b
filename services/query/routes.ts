import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Fault } from "../../platform/fault.js";
import { type Mount, mount } from "../../platform/serve/mount.js";
import { listEvents } from "./list-events.js";
import { type QueryMetricsPorts, queryMetrics } from "./query-metrics.js";
import { type SubscribePorts, subscribe } from "./subscribe.js";

export type QueryPorts = QueryMetricsPorts & SubscribePorts;

/** QueryService on its ports. */
export function mountQuery(ports: QueryPorts): Mount {
  return mount(
    QueryService,
    {
      queryMetrics: (request, call) => queryMetrics(ports, request, call),
      listEvents: (request, call) => listEvents(ports, request, call),
      getUser: () => notYet(),
      explainEvent: () => notYet(),
      subscribe: (request, call) => subscribe(ports, request, call),
    },
    {
      queryMetrics: "query",
      listEvents: "query",
      getUser: "query",
      explainEvent: "query",
      subscribe: "query",
    },
  );
}

function notYet(): never {
  throw new Fault(FaultReason.NOT_OFFERED, "not offered yet");
}
