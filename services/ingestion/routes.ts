import { IngestService } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import type { KeyRing } from "../../platform/control/keys.js";
import { admit } from "../../platform/serve/access.js";
import type { Call } from "../../platform/serve/call.js";
import { type Mount, mount } from "../../platform/serve/mount.js";
import { eventsOfJson, eventsOfMessages, eventsOfProto } from "./event-source.js";
import type { EventPublisher } from "./publish-events.js";
import { bytesForm, messageForm, type OpenStreams, publishStream } from "./publish-stream.js";
import { encodeVerdicts, verdictsJson, verdictsOf } from "./verdicts.js";

/** IngestService on every transport; calls come as bytes wherever the transport allows. */
export function mountIngest(options: {
  publisher: EventPublisher;
  keys: KeyRing;
  streams: OpenStreams;
}): Mount {
  const { publisher, keys, streams } = options;
  const open = { publisher, streams, admit: (call: Call) => admit(keys, "ingest", call) };
  return mount(
    IngestService,
    {
      publishEvents: (request, call) =>
        publisher.publish(eventsOfMessages(request.events), call, (batch) => ({
          verdicts: verdictsOf(batch),
        })),
      publishStream: (requests, call) => publishStream({ ...open, form: messageForm }, requests, call),
    },
    { publishEvents: "ingest", publishStream: "ingest" },
    {
      publishEvents: (body, encoding, call) =>
        encoding === "json"
          ? publisher.publish(eventsOfJson(body, "message"), call, verdictsJson)
          : publisher.publish(eventsOfProto(body), call, (batch) => encodeVerdicts(batch)),
      publishStream: (bodies, call) => publishStream({ ...open, form: bytesForm }, bodies, call),
    },
  );
}
