import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { KeyRing, Principal } from "../control/keys.js";
import { Fault } from "../fault.js";
import { type Access, type Call, projectHeader } from "./call.js";

const scopeOf: Record<"ingest" | "query" | "admin", Scope> = {
  ingest: Scope.INGEST,
  query: Scope.QUERY,
  admin: Scope.ADMIN,
};

const nobody: Principal = {
  keyId: "",
  projectId: "",
  scopes: new Set(),
  eventsPerSecond: 0,
  burst: 0,
  isOperator: false,
};

/** What a transport knows of a request. */
export interface Incoming {
  readonly header: (name: string) => string | undefined;
  readonly signal: AbortSignal;
  readonly peer: string;
}

/**
 * Lets a request in, or throws Fault KEY_INVALID, SCOPE_MISSING, or PROJECT_NOT_FOUND where the request names another
 * project than the key's. The one place where access is decided.
 */
export async function admit(keys: KeyRing, access: Access, incoming: Incoming): Promise<Call> {
  const principal =
    access === "public" ? nobody : await keys.authenticate(bearerOf(incoming.header("authorization")));
  requireAccess(principal, access);
  const named = access === "public" ? "" : (incoming.header(projectHeader) ?? "");
  if (!principal.isOperator && named !== "" && named !== principal.projectId) throw foreignProject(named);
  const { signal, peer, header } = incoming;
  return { principal, projectId: principal.isOperator ? named : principal.projectId, signal, header, peer };
}

function foreignProject(named: string): Fault {
  const facts = { project: named.slice(0, 128) };
  return new Fault(
    FaultReason.PROJECT_NOT_FOUND,
    `the key is not one of the project that ${projectHeader} names`,
    facts,
  );
}

/** @throws Fault SCOPE_MISSING */
export function requireAccess(principal: Principal, access: Access): void {
  if (access === "any" || access === "public") return;
  const fits = access === "operator" ? principal.isOperator : principal.scopes.has(scopeOf[access]);
  if (!fits)
    throw new Fault(FaultReason.SCOPE_MISSING, `the key lacks the scope ${access}`, { scope: access });
}

/** The key of an authorization header: Bearer, or Basic with the key as password or as user name. */
function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [scheme = "", value = ""] = header.trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const [user = "", password = ""] = Buffer.from(value, "base64").toString("utf8").split(":", 2);
  return password === "" ? user : password;
}
