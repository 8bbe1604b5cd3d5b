import type { StackFile } from "./stack-file.js";

/** On the list of ports that fetch blocks, https://fetch.spec.whatwg.org/#port-blocking: an offset of 2000 meets it. */
const portThatBrowsersRefuse = 10080;

/** What a person wants to know of a running stack: addresses, keys, and how to send an event and ask for it. */
export function summaryOf(stack: StackFile): string {
  const { http, grpc, registry, project, keys } = stack;
  const call = (key: string) => `-H 'authorization: Bearer ${key}' -H 'content-type: application/json'`;
  const event = JSON.stringify({ type: "purchase", userId: "ada", properties: { amount: 12.5 } });
  const question = JSON.stringify({ type: "purchase", aggregation: "AGGREGATION_COUNT" });
  const warning =
    Number(new URL(http).port) === portThatBrowsersRefuse ? `   (browsers refuse this port)` : "";
  return `Tideline is running.

  page        ${http}/${warning}
  HTTP        ${http}   Connect, gRPC-Web and JSON; gRPC as well
  gRPC        ${grpc}
  registry    ${registry}
  project     ${project}
  keys        ingest   ${keys.ingest}
              query    ${keys.query}
              admin    ${keys.admin}
              operator ${keys.operator}
  logs        ${stack.logs}

Send an event:

  curl -s ${http}/v1/events ${call(keys.ingest)} -d '${event}'

Ask for it:

  curl -s ${http}/tideline.query.v1.QueryService/QueryMetrics ${call(keys.query)} -d '${question}'
`;
}
