import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the local stack says of itself in stack.json. */
export interface Stack {
  /** URL of the gateway: everything over HTTP, and gRPC as well. */
  readonly http: string;
  /** URL or host:port of the gateway's gRPC port. */
  readonly grpc: string;
  /** URL of the registry's REST face. */
  readonly registry?: string;
  /** The demo project's id. */
  readonly project: string;
  readonly keys: Readonly<Record<"ingest" | "query" | "admin" | "operator", string>>;
  readonly engines?: StackEngines;
  /** Every instance of a service; `http` is where it says its health. */
  readonly services?: readonly { readonly service: string; readonly name: string; readonly http: string }[];
}

/** URLs of a stack's engines. */
export interface StackEngines {
  readonly nats: string;
  readonly redis: string;
  readonly postgres: string;
  readonly clickhouse: string;
  /** The NATS server's monitoring; empty where it is not known. */
  readonly natsMonitor?: string;
}

/** Where gRPC is spoken. */
export interface GrpcAddress {
  readonly hostPort: string;
  readonly isSecure: boolean;
}

/** What every command may be told of where to go. */
export interface TargetOptions {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly project?: string | undefined;
  /** The stack's folder. */
  readonly data: string;
}

export type KeyKind = keyof Stack["keys"];

/** A server to talk to, and by which key. */
export interface Target {
  readonly grpc: GrpcAddress;
  readonly key: string;
  /** Headers of every call besides the key. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Something the user can put right; shown as one line. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** The stack of a folder. @throws UserError where none was started there */
export function readStack(data: string): Stack {
  try {
    return JSON.parse(readFileSync(join(data, "stack.json"), "utf8")) as Stack;
  } catch (error) {
    const why = error instanceof SyntaxError ? "stack.json can't be read" : "no stack runs there";
    throw new UserError(`${data}: ${why}; start one with npm start, or say --url and --key`);
  }
}

/**
 * The server that --url and --key name, what is missing taken from the stack. The stack's key is the one that the
 * command needs, or the operator's where --project names another project than the stack's; with the operator's key the
 * project is named by a header.
 */
export function findTarget(options: TargetOptions, kind: KeyKind): Target {
  const stack = options.url === undefined || options.key === undefined ? readStack(options.data) : undefined;
  // The stack's own keys open its own project only; another is the operator's to name.
  const isAnother = options.project !== undefined && options.project !== stack?.project;
  const key = options.key ?? stack?.keys[isAnother ? "operator" : kind] ?? "";
  const project =
    options.project ?? (kind === "operator" && options.key === undefined ? stack?.project : undefined);
  return {
    grpc: parseAddress(options.url ?? stack?.grpc ?? ""),
    key,
    headers: project === undefined ? {} : { "tideline-project": project },
  };
}

/** An address from a URL or from host:port. @throws UserError */
export function parseAddress(text: string): GrpcAddress {
  const url = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url))
    throw new UserError(`${JSON.stringify(text)} is no address; write http://host:port`);
  const { hostname, port, protocol } = new URL(url);
  const isSecure = protocol === "https:" || protocol === "grpcs:";
  return { hostPort: `${hostname}:${port || (isSecure ? 443 : 80)}`, isSecure };
}
