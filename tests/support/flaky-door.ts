import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A door that is shut at first; see `openFlakyDoor`. */
export interface FlakyDoor {
  readonly url: string;
  /** The ids of each request's events, in the order in which they came. */
  readonly calls: readonly (readonly string[])[];
  close(): Promise<void>;
}

/** Answers the first request with UNAVAILABLE, as an overloaded server does, and hands all others to `to`. */
export async function openFlakyDoor(to: string): Promise<FlakyDoor> {
  const calls: string[][] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const events = JSON.parse(body.toString()) as { eventId: string }[];
    calls.push(events.map(({ eventId }) => eventId));
    if (calls.length === 1) {
      response.writeHead(503, { "content-type": "application/json", "retry-after": "0" });
      response.end(JSON.stringify({ code: "unavailable", message: "try again" }));
      return;
    }
    const headers = {
      authorization: request.headers.authorization ?? "",
      "content-type": request.headers["content-type"] ?? "",
    };
    const answer = await fetch(`${to}${request.url}`, { method: "POST", headers, body });
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
