import { connect, type JetStreamClient, type JetStreamManager, type NatsConnection } from "nats";

/** The log's engine: one connection, which reconnects for ever. */
export interface Nats {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** False while disconnected. */
  connected(): boolean;
  close(): Promise<void>;
}

export interface NatsOptions {
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** Called at each change, with why it is away. */
  readonly onState?: (connected: boolean, reason: string) => void;
}

/** The longest a request to JetStream may take before it counts as failed. */
const requestTimeoutMs = 5_000;

/**
 * Connects to NATS, waiting for it up to a minute at start; afterwards it reconnects whenever it must.
 * @throws Error when the server can't be reached within the minute.
 */
export async function openNats({ url, name, onState }: NatsOptions): Promise<Nats> {
  const connection = await connect({
    servers: url,
    name,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 10_000,
  });
  let connected = true;
  const watch = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === "disconnect" || status.type === "reconnect") {
        connected = status.type === "reconnect";
        onState?.(connected, connected ? "" : "disconnected");
      }
    }
  };
  void watch();
  const jsm = await connection.jetstreamManager({ timeout: requestTimeoutMs });
  return {
    connection,
    js: connection.jetstream({ timeout: requestTimeoutMs }),
    jsm,
    connected: () => connected && !connection.isClosed(),
    close: () =>
      connection.isClosed() ? Promise.resolve() : connection.drain().catch(() => connection.close()),
  };
}
