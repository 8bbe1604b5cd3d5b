import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type ServerHttp2Session } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import { quietMs, sayGoodbye } from "./goodbye.js";

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** HTTP/1.1 and cleartext HTTP/2 on one port: a stream both ways needs HTTP/2, all else is cheaper over HTTP/1.1. */
export interface TwoProtocols {
  readonly server: Server;
  /** Takes no more connections, lets running requests and those on their way end, cuts what is left at the limit. */
  stop(limitMs: number): Promise<void>;
}

/** The first bytes of a client that speaks HTTP/2 from the start (RFC 9113, section 3.4). */
const preface = "PRI";

export function serveTwoProtocols(listener: Listener): TwoProtocols {
  let isStopping = false;
  const http1 = createHttp1((request, response) => {
    if (isStopping) response.setHeader("connection", "close");
    listener(request, response);
  });
  // It listens on no port of its own: this begins what enforces its timeouts and knows its idle connections.
  http1.emit("listening");
  // Idle connections outlive the gateway's, so that it never writes into one that is closing.
  http1.keepAliveTimeout = 75_000;
  http1.requestTimeout = 120_000;
  // Node gives requests of HTTP/2 the same form.
  const http2 = createHttp2((request, response) => listener(request as never, response as never));
  const sessions = new Set<ServerHttp2Session>();
  http2.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  const sockets = new Set<Socket>();
  /** Connections that have not said which protocol they speak. */
  const silent = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    silent.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      silent.delete(socket);
    });
    // A client that is gone before it has spoken; afterwards its protocol's server listens.
    socket.on("error", () => socket.destroy());
    sort(socket, (protocol) => {
      silent.delete(socket);
      (protocol === "http2" ? http2 : http1).emit("connection", socket);
    });
  });
  return {
    server,
    stop: async (limitMs) => {
      const limit = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, limitMs);
      const closed = new Promise((resolve) => server.close(resolve));
      isStopping = true;
      // Whoever has a request on its way is answered, and told to use another connection for the next.
      const idle = setTimeout(() => {
        http1.closeIdleConnections();
        for (const socket of silent) socket.destroy();
      }, quietMs);
      await sayGoodbye(sessions);
      for (const session of sessions) session.close();
      await closed;
      clearTimeout(limit);
      clearTimeout(idle);
      http1.close();
    },
  };
}

/** A connection that says nothing for so long is ended. */
const silenceMsMax = 75_000;

/** Looks at the first bytes, puts them back, and tells which protocol they begin. */
function sort(socket: Socket, sorted: (protocol: "http1" | "http2") => void): void {
  let seen = Buffer.alloc(0);
  const look = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    seen = Buffer.concat([seen, chunk]);
    const start = seen.subarray(0, preface.length).toString("latin1");
    // POST and PUT begin with a P as well.
    if (start.length < preface.length && preface.startsWith(start)) return;
    socket.removeListener("readable", look);
    socket.setTimeout(0);
    socket.unshift(seen);
    sorted(start === preface ? "http2" : "http1");
  };
  socket.setTimeout(silenceMsMax, () => socket.destroy());
  socket.on("readable", look);
}
