import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { useEffect, useReducer, useState } from "react";
import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { applyMessage, emptyState, historyMinutes, type LiveState } from "./live-state.js";

/** How the stream is: "refused" needs another key, "waiting" tries again by itself. */
export interface Connection {
  readonly state: "connecting" | "live" | "waiting" | "refused";
  /** Why it is not live. */
  readonly reason: string;
}

const client = createClient(QueryService, createConnectTransport({ baseUrl: location.origin }));
const request = { historyMinutes, verdicts: true, services: true };

/** No message for so long: the connection is gone, whatever the browser says. The server sends one each second. */
const silenceMsMax = 6_000;

/** Subscribes for as long as the component lives; connects again after a loss, with growing pauses. */
export function useLive(key: string): { live: LiveState; connection: Connection } {
  const [live, apply] = useReducer(applyMessage, emptyState);
  const [connection, setConnection] = useState<Connection>({ state: "connecting", reason: "" });

  useEffect(() => {
    const stop = new AbortController();
    void follow(key, stop.signal, apply, setConnection);
    return () => stop.abort();
  }, [key]);
  return { live, connection };
}

async function follow(
  key: string,
  stop: AbortSignal,
  apply: (message: Parameters<typeof applyMessage>[1]) => void,
  setConnection: (connection: Connection) => void,
): Promise<void> {
  for (let failures = 0; !stop.aborted; failures++) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), silenceMsMax);
    try {
      const options = {
        headers: { authorization: `Bearer ${key}` },
        signal: AbortSignal.any([stop, silence.signal]),
      };
      for await (const message of client.subscribe(request, options)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMsMax);
        if (stop.aborted) return;
        apply(message);
        setConnection({ state: "live", reason: "" });
        failures = 0;
      }
    } catch (cause) {
      if (stop.aborted) return;
      const error = ConnectError.from(cause);
      if (error.code === Code.Unauthenticated || error.code === Code.PermissionDenied) {
        setConnection({ state: "refused", reason: error.rawMessage });
        return;
      }
      setConnection({ state: "waiting", reason: "the connection was lost; trying again" });
    } finally {
      clearTimeout(timer);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 300 * 2 ** failures)));
  }
}
