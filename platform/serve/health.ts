import type { EngineStatus } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";

/** Asks an engine whether it answers; throws, or resolves false, when it does not. */
export type EngineProbe = () => Promise<unknown>;

/** The state of an instance and of the engines it needs, looked at each second. */
export interface Health {
  engines(): Omit<EngineStatus, "$typeName">[];
  /** Sentences on what is out of the ordinary. */
  notes(): string[];
  /** Adds or replaces a sentence; undefined takes it back. */
  note(about: string, sentence: string | undefined): void;
  stop(): void;
}

const everyMs = 1_000;
const probeTimeoutMs = 2_000;

export function watchHealth(probes: Readonly<Record<string, EngineProbe>>): Health {
  const states = new Map<string, { ok: boolean; reason: string }>();
  const notes = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const look = async (engine: string, probe: EngineProbe): Promise<void> => {
    let late: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      late = setTimeout(() => reject(new Error(`no answer within ${probeTimeoutMs} ms`)), probeTimeoutMs);
    });
    try {
      const answer = await Promise.race([probe(), timeout]);
      states.set(
        engine,
        answer === false ? { ok: false, reason: "not connected" } : { ok: true, reason: "" },
      );
    } catch (error) {
      states.set(engine, { ok: false, reason: reasonOf(error) });
    } finally {
      clearTimeout(late);
    }
  };

  const loop = async (): Promise<void> => {
    await Promise.all(Object.entries(probes).map(([engine, probe]) => look(engine, probe)));
    if (!stopped) timer = setTimeout(() => void loop(), everyMs);
  };
  void loop();

  return {
    engines: () => [...states].map(([engine, state]) => ({ engine, ...state })),
    notes: () => [...notes.values()],
    note: (about, sentence) => {
      if (sentence === undefined) notes.delete(about);
      else notes.set(about, sentence);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** The kind of failure, without addresses or credentials. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  if (typeof code === "string" && code !== "") return code;
  return error instanceof Error && error.message.startsWith("no answer") ? error.message : "does not answer";
}
