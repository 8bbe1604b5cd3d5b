import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { KV } from "nats";
import { ProjectSettingsSchema } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { Fault } from "../../../platform/fault.js";
import type { Log } from "../../../platform/log.js";
import type { RuleSettings, RuleSource } from "../project-rules.js";

/**
 * Settings of projects that outlive an absence of Postgres: what was read last is kept in the KV bucket of the
 * deployment, so that the pipeline starts and runs without Postgres for every project it has seen.
 */
export function rememberSettings(source: RuleSource, { kv, log }: { kv: KV; log: Log }): RuleSource {
  const written = new Map<string, string>();

  const remember = async (project: string, settings: RuleSettings): Promise<void> => {
    const { timeZone, amountProperty } = settings;
    const text = `${timeZone}\0${amountProperty}`;
    if (written.get(project) === text) return;
    written.set(project, text);
    const kept = create(ProjectSettingsSchema, { timeZone, amountProperty });
    await kv.put(keyOf(project), toBinary(ProjectSettingsSchema, kept));
  };

  return {
    peek: (project) => source.peek(project),
    async get(project) {
      try {
        const settings = await source.get(project);
        // Best effort: it is read from Postgres as long as that is there.
        remember(project, settings).catch((error: unknown) => {
          written.delete(project);
          log.warn({ err: error, project }, "settings could not be remembered");
        });
        return settings;
      } catch (error) {
        if (error instanceof Fault && !isAway(error)) throw error;
        const entry = await kv.get(keyOf(project));
        if (entry === null || entry.length === 0) throw error;
        const { timeZone, amountProperty } = fromBinary(ProjectSettingsSchema, entry.value);
        return { timeZone, amountProperty };
      }
    },
  };
}

const keyOf = (project: string): string => `settings.${project}`;

/** Whether it is the engine's absence that was refused with, and not the project's. */
function isAway(fault: Fault): boolean {
  return fault.facts["engine"] !== undefined;
}
