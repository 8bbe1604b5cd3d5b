import { get } from "node:http";
import type { ProcessSpec } from "../processes/managed-process.js";

/** An engine that is about to be started: its process, and the address it will have. */
export interface PreparedEngine {
  readonly spec: ProcessSpec;
  readonly url: string;
  /** More addresses, by what they are for. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Run once after the process is ready, at every start of the stack. */
  readonly afterStart?: () => Promise<void>;
}

/** The engines' addresses, as every service is given them. */
export interface EngineUrls {
  readonly nats: string;
  readonly redis: string;
  readonly postgres: string;
  readonly clickhouse: string;
}

/** Whether a GET answers 200 by now. Not by fetch: it refuses some ports, which an offset may well hit. */
export function answers(url: string, msMax = 1000): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal: AbortSignal.timeout(msMax), agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", reject);
  });
}
