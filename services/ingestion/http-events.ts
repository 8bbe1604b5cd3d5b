import type { IncomingMessage, ServerResponse } from "node:http";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";
import type { BodyReader, HttpRoute } from "../../platform/serve/plain-routes.js";
import { batchBytesMax, eventsOfJson } from "./event-source.js";
import type { EventPublisher } from "./publish-events.js";
import { verdictsJson } from "./verdicts.js";

/** What says that a body is JSON; browsers send beacons as plain text. */
const jsonTypes = new Set(["", "application/json", "text/plain"]);

/** `POST /v1/events`: one event, an array of them or {"events": [...]}, answered with a verdict for each. */
export function httpEvents(publisher: EventPublisher): HttpRoute {
  return {
    method: "POST",
    path: "/v1/events",
    access: "ingest",
    handle: async (request: IncomingMessage, response: ServerResponse, call: Call, read: BodyReader) => {
      const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
      if (!jsonTypes.has(type)) {
        const facts = { content_type: type.slice(0, 64) };
        throw new Fault(FaultReason.BODY_INVALID, "content-type must be application/json", facts);
      }
      const body = await read(batchBytesMax);
      const answer = await publisher.publish(eventsOfJson(body, "any"), call, verdictsJson);
      response
        .writeHead(200, { "content-type": "application/json", "content-length": answer.length })
        .end(answer);
    },
  };
}
