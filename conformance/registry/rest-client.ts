import { Agent, type IncomingHttpHeaders, request } from "node:http";

/** An answer of the REST face. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The JSON that was answered, or its text where it is none. */
  readonly body: unknown;
}

export interface RestRequest {
  readonly method: string;
  /** Sent as it is: no client's idea of a tidy path comes between. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export type RestClient = (request: RestRequest) => Promise<RestAnswer>;

const contentType = "application/vnd.schemaregistry.v1+json";
const answerMsMax = 30_000;

/** A client of the REST face with a project's key. */
export function openRestClient(baseUrl: string, secret: string): RestClient {
  const { hostname, port } = new URL(baseUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const authorization = `Basic ${Buffer.from(`${secret}:`).toString("base64")}`;
  return ({ method, path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const sent = request({
        hostname,
        port,
        agent,
        method,
        path: path.replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent),
        timeout: answerMsMax,
        headers: {
          authorization,
          ...(text === undefined
            ? {}
            : { "Content-Type": contentType, "Content-Length": Buffer.byteLength(text) }),
          ...headers,
        },
      });
      sent.once("timeout", () =>
        sent.destroy(new Error(`${method} ${path}: no answer in ${answerMsMax} ms`)),
      );
      sent.once("error", reject);
      sent.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const answered = Buffer.concat(chunks).toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: parsed(answered),
          });
        });
      });
      sent.end(text);
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
