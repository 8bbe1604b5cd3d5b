// Put before a service with `--import`: measures from inside what its requests over HTTP take, from the moment that
// the head of one is read to the end of its answer, its pauses for garbage, and for how long its event loop stood
// still. A line to the port that stands behind "?" in its address gives what was measured since the last one.
import { channel } from "node:diagnostics_channel";
import { createServer } from "node:net";
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";

export interface Probed {
  /** ms, of requests in the order of their ends. */
  readonly times: readonly number[];
  /** ms. */
  readonly collecting: { readonly sum: number; readonly max: number; readonly count: number };
  readonly stoodMs: number;
}

let times: number[] = [];
let pauses: number[] = [];
const began = new WeakMap<object, number>();

interface Started {
  readonly request: object;
}

channel("http.server.request.start").subscribe((message) => {
  began.set((message as Started).request, performance.now());
});
channel("http.server.response.finish").subscribe((message) => {
  const at = began.get((message as Started).request);
  if (at !== undefined) times.push(performance.now() - at);
});
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) pauses.push(duration);
}).observe({ entryTypes: ["gc"] });
const resolution = 20;
const standing = monitorEventLoopDelay({ resolution });
standing.enable();

const server = createServer((socket) => {
  socket.once("data", () => {
    const probed: Probed = {
      times,
      collecting: {
        sum: pauses.reduce((sum, it) => sum + it, 0),
        max: Math.max(0, ...pauses),
        count: pauses.length,
      },
      stoodMs: Math.max(0, standing.max / 1e6 - resolution),
    };
    times = [];
    pauses = [];
    standing.reset();
    socket.end(JSON.stringify(probed));
  });
});
server.listen(Number(new URL(import.meta.url).searchParams.get("port")), "127.0.0.1");
server.unref();
