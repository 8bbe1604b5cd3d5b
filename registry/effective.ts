import type { ScopeSettings } from "./ports.js";
import type { Mode, RegistryConfig } from "./records.js";
import type { EffectiveConfig } from "./registry.js";

/** What holds in a scope: each key from the narrowest scope that has it. An alias is of its subject alone. */
export function effectiveConfig({ own, context, global }: ScopeSettings): EffectiveConfig {
  const { alias: _ofGlobal, ...everywhere } = global.config ?? {};
  const { alias: _ofContext, ...inContext } = context.config ?? {};
  const merged: RegistryConfig = { ...everywhere, ...inContext, ...own.config };
  return { ...merged, level: merged.level ?? "BACKWARD", policy: merged.policy ?? "strict" };
}

/** The mode that holds: READONLY_OVERRIDE of a wider scope beats what is narrower. */
export function effectiveMode({ own, context, global }: ScopeSettings): Mode {
  if (global.mode === "READONLY_OVERRIDE" || context.mode === "READONLY_OVERRIDE") return "READONLY_OVERRIDE";
  return own.mode ?? context.mode ?? global.mode ?? "READWRITE";
}

/** Whether a mode lets nothing be written. */
export function isReadOnly(mode: Mode): boolean {
  return mode === "READONLY" || mode === "READONLY_OVERRIDE" || mode === "FORWARD";
}
