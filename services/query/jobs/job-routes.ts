import { QueryJobService } from "../../../gen/ts/tideline/query/v1/job_service_pb.js";
import { type Mount, mount } from "../../../platform/serve/mount.js";
import { cancelQuery, getQuery, type JobPorts, listQueries, startQuery } from "./job-calls.js";

/** QueryJobService on its ports. */
export function mountJobs(ports: JobPorts): Mount {
  return mount(
    QueryJobService,
    {
      startQuery: (request, call) => startQuery(ports, request, call),
      getQuery: (request, call) => getQuery(ports, request, call),
      listQueries: (request, call) => listQueries(ports, request, call),
      cancelQuery: (request, call) => cancelQuery(ports, request, call),
    },
    { startQuery: "query", getQuery: "query", listQueries: "query", cancelQuery: "query" },
  );
}
