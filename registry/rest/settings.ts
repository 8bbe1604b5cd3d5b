import { type Mode, modes } from "../records.js";
import type { Registry } from "../registry.js";
import { configShape, readConfigChange } from "./config-shape.js";
import { RestError, restCodes } from "./errors.js";
import { flag, objectOf, type RestRequest, scopeOf } from "./request.js";
import type { Reply, Route } from "./route.js";

/** The paths /config and /mode, of everything, of a context, or of a subject. */
export const settingRoutes: readonly Route[] = ["", "/:subject"].flatMap((of): Route[] => [
  { method: "GET", path: `/config${of}`, access: "any", answer: getConfig },
  { method: "PUT", path: `/config${of}`, access: "admin", answer: setConfig },
  { method: "DELETE", path: `/config${of}`, access: "admin", answer: deleteConfig },
  { method: "GET", path: `/mode${of}`, access: "any", answer: getMode },
  { method: "PUT", path: `/mode${of}`, access: "admin", answer: setMode },
  { method: "DELETE", path: `/mode${of}`, access: "admin", answer: deleteMode },
]);

async function getConfig(registry: Registry, request: RestRequest): Promise<Reply> {
  const { caller } = request;
  const scope = scopeOf(request);
  if (scope !== "" && flag(request, "defaultToGlobal") !== true) {
    return { json: configShape(await registry.getConfig(caller, scope)) };
  }
  const { policy, ...effective } = await registry.getEffectiveConfig(caller, scope);
  // The policy that holds where nobody has chosen one is not told: older clients know no policies.
  return { json: configShape(policy === "strict" ? effective : { policy, ...effective }) };
}

async function setConfig(registry: Registry, request: RestRequest): Promise<Reply> {
  const { change, echo } = readConfigChange(request.body);
  await registry.setConfig(request.caller, scopeOf(request), change);
  return { json: echo };
}

async function deleteConfig(registry: Registry, request: RestRequest): Promise<Reply> {
  const { caller } = request;
  const scope = scopeOf(request);
  if (scope !== "") return { json: configShape(await registry.deleteConfig(caller, scope)) };
  const { level } = await registry.getEffectiveConfig(caller, scope);
  return { json: configShape({ level, ...(await registry.deleteConfig(caller, scope)) }) };
}

async function getMode(registry: Registry, request: RestRequest): Promise<Reply> {
  const { caller } = request;
  const scope = scopeOf(request);
  const isEffective = scope === "" || flag(request, "defaultToGlobal") === true;
  const mode = isEffective
    ? await registry.getEffectiveMode(caller, scope)
    : await registry.getMode(caller, scope);
  return { json: { mode } };
}

async function setMode(registry: Registry, request: RestRequest): Promise<Reply> {
  const mode = readMode(objectOf(request.body)["mode"]);
  const force = flag(request, "force") === true;
  await registry.setMode(request.caller, scopeOf(request), mode, { force });
  return { json: { mode } };
}

async function deleteMode(registry: Registry, request: RestRequest): Promise<Reply> {
  const recursive = flag(request, "recursive") === true;
  const mode = await registry.deleteMode(request.caller, scopeOf(request), { recursive });
  return { json: { mode: mode ?? null } };
}

function readMode(given: unknown): Mode | null {
  if (given === null) return null;
  const mode = modes.find((known) => known === String(given).toUpperCase());
  if (mode !== undefined) return mode;
  throw new RestError(restCodes.modeInvalid, `Invalid mode. Valid values are ${modes.join(", ")}`);
}
