import { once } from "node:events";
import { connect } from "node:net";

/** How well something is: fine, out of the ordinary, or broken. */
export type Level = "ok" | "warn" | "fail";

/**
 * Connects to where an engine should listen, and no more.
 * @throws Error where nobody takes the connection within two seconds
 */
export async function requireListener(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), timeout: 2_000 });
  try {
    await Promise.race([
      once(socket, "connect"),
      once(socket, "timeout").then(() => Promise.reject(new Error(`nobody listens at ${hostname}:${port}`))),
    ]);
  } finally {
    socket.destroy();
  }
}

/** What the doctor found of one thing. */
export interface Finding {
  readonly level: Level;
  /** What was looked at. */
  readonly about: string;
  /** What was found, and for warn and fail what to do. */
  readonly text: string;
}

/** Findings of one part of the stack. */
export type Check = () => Promise<Finding[]>;

export const ok = (about: string, text: string): Finding => ({ level: "ok", about, text });
export const warn = (about: string, text: string): Finding => ({ level: "warn", about, text });
export const fail = (about: string, text: string): Finding => ({ level: "fail", about, text });

const CHECK_MS_MAX = 8_000;

/** Runs a check; one that throws, or takes too long, is itself a finding. */
export async function examine(about: string, check: Check): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_MS_MAX / 1_000} s`)), CHECK_MS_MAX);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
    const message = error instanceof Error && error.message !== "" ? error.message : String(code ?? error);
    return [fail(about, `does not answer: ${message.split("\n")[0]}; its log is in the stack's folder`)];
  } finally {
    clearTimeout(timer);
  }
}
