// The load generator, as a process of its own: what it does of garbage and compiling stops nobody else, and it takes
// little of the processor, since it speaks HTTP over bare sockets. It is told what to do by its parent, and answers
// with the times of all calls.
import { connect, type Socket } from "node:net";
import { callOf, type Filled, type Scenario } from "./calls.js";

export interface LoadOrder {
  readonly scenario: Scenario;
  readonly filled: Filled;
  readonly port: number;
  readonly secret: string;
  readonly rate: number;
  readonly seconds: number;
  /** Calls before, a few at a time. */
  readonly warmUps: number;
  /** Of the times at which calls are sent. */
  readonly seed: number;
}

export interface LoadResult {
  /** From when a call was due to the end of its answer, ms; in the order of the calls. */
  readonly times: readonly number[];
  /** What of that is the generator's own, from when a call was due to when it was sent, ms. */
  readonly late: readonly number[];
}

/** Calls at once while it warms up. */
const WARMING = 4;
const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** One connection, one call at a time. */
class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #resolve: (() => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("error", (error) => this.#reject?.(error));
    this.#socket.on("close", () => this.#reject?.(new Error("the registry closed a connection")));
  }

  call(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(bytes);
    });
  }

  end(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headBytes = this.#received.indexOf(END_OF_HEAD);
    if (headBytes < 0) return;
    const head = this.#received.toString("latin1", 0, headBytes);
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? [];
    const [, length] = /content-length: (\d+)/i.exec(head) ?? [];
    if (this.#received.length < headBytes + 4 + Number(length)) return;
    const body = this.#received.toString("utf8", headBytes + 4);
    this.#received = Buffer.alloc(0);
    if (status === "200") this.#resolve?.();
    else this.#reject?.(new Error(`answered ${status}: ${body.slice(0, 200)}`));
  }
}

/** As many connections as there are calls at once. */
class Connections {
  readonly #port: number;
  readonly #free: Connection[] = [];
  readonly #all: Connection[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  async call(bytes: Buffer): Promise<void> {
    const connection = this.#free.pop() ?? this.#open();
    await connection.call(bytes);
    this.#free.push(connection);
  }

  end(): void {
    for (const connection of this.#all) connection.end();
  }

  #open(): Connection {
    const connection = new Connection(this.#port);
    this.#all.push(connection);
    return connection;
  }
}

function bytesOf(order: LoadOrder, index: number): Buffer {
  const { method, path, body } = callOf(order.scenario, index, order.filled);
  const text = body === undefined ? "" : JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: 127.0.0.1:${order.port}`,
    `authorization: Bearer ${order.secret}`,
    ...(body === undefined ? [] : ["content-type: application/vnd.schemaregistry.v1+json"]),
    ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(text)}`]),
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${text}`);
}

/** Mulberry32: numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * When calls are due, ms from the start: at random, as those of callers who know nothing of each other (Poisson). Whole
 * milliseconds, since a timer knows no others.
 */
function arrivals({ rate, seconds, seed }: LoadOrder): number[] {
  const random = randomFrom(seed);
  const due: number[] = [];
  for (let at = 0; ; ) {
    at += (-Math.log(1 - random()) * 1_000) / rate;
    if (at >= seconds * 1_000) return due;
    due.push(Math.ceil(at));
  }
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const connections = new Connections(order.port);
  const due = arrivals(order);
  const calls = due.map((_, index) => bytesOf(order, index));
  let warmed = 0;
  const warm = async (): Promise<void> => {
    while (warmed < order.warmUps) await connections.call(bytesOf(order, -++warmed));
  };
  await Promise.all(Array.from({ length: WARMING }, warm));
  const times: number[] = [];
  const late: number[] = [];
  await new Promise<void>((resolve, reject) => {
    if (due.length === 0) resolve();
    const began = performance.now() + 5;
    let next = 0;
    let done = 0;
    const sendDue = (): void => {
      for (let at = due[next]; at !== undefined && began + at <= performance.now(); at = due[next]) {
        const index = next++;
        late[index] = performance.now() - began - at;
        const answered = (): void => {
          times[index] = performance.now() - began - (due[index] ?? 0);
          if (++done === due.length) resolve();
        };
        connections.call(calls[index] as Buffer).then(answered, reject);
      }
      const wanted = due[next];
      if (wanted !== undefined) setTimeout(sendDue, Math.max(0, began + wanted - performance.now()));
    };
    sendDue();
  });
  connections.end();
  return { times, late };
}

process.on("message", (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
