import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type {
  CheckEventsRequest,
  CheckEventsResponseSchema,
} from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { MetricStore } from "../platform/control/metrics.js";
import { checkEvents, eventsDefault, type StoredEvents } from "./check-events.js";
import { compileSchema } from "./compile.js";
import type { CompiledSchema } from "./compiled-schema.js";
import { noKinds } from "./field-kinds/field-kind.js";
import { metricUses } from "./metric-uses.js";
import { joinPersonal, type PersonalField, personalInNotes } from "./personal.js";
import type { RegistryStore, RegistryView } from "./ports.js";
import type { Caller } from "./records.js";
import { resolveReferences } from "./resolve-references.js";
import { parseSubject, type SubjectName } from "./subject-name.js";
import { inputOf } from "./wire.js";

/** What the registry asks of the events that are stored. */
export interface EventsDesk {
  /** @throws Fault SCHEMA_INVALID, SCHEMA_REFERENCE_NOT_FOUND, ENGINE_UNAVAILABLE */
  check(
    caller: Caller,
    request: CheckEventsRequest,
    signal: AbortSignal,
  ): Promise<MessageInitShape<typeof CheckEventsResponseSchema>>;
}

export interface DeskParts {
  readonly store: RegistryStore;
  readonly events: StoredEvents;
  readonly metrics: MetricStore;
}

export function openEventsDesk({ store, events, metrics }: DeskParts): EventsDesk {
  return {
    async check(caller, request, signal) {
      const view = store.view(caller.projectId);
      const name = parseSubject(request.subject);
      const { kind, text, references = [], ruleSet } = inputOf(request);
      const { closure } = await resolveReferences(view, name.context, references, "live");
      const newest = await newestSchema(view, name);
      const answer = await checkEvents(events, {
        projectId: caller.projectId,
        type: name.subject,
        kind,
        source: { text, references: closure },
        ruleSet,
        personal: await personalNow(view, name, newest),
        eventsMax: request.eventsMax || eventsDefault,
        signal,
      });
      const { oldestMs, failures, producers, unjudgedFields, ...counts } = answer;
      const after = compileSchema(kind, text, { ruleSet, references: closure }).fieldKinds?.();
      const uses = await metricUses(metrics, caller.projectId, {
        type: name.subject,
        before: newest?.fieldKinds?.() ?? noKinds,
        after: after ?? noKinds,
      });
      return {
        ...counts,
        metrics: uses,
        unjudgedFields: unjudgedFields.map((it) => ({ ...it })),
        failures: failures.map((it) => ({ ...it })),
        producers: producers.map(({ lastMs, ...it }) => ({ ...it, lastTime: timestampFromMs(lastMs) })),
        ...(oldestMs === undefined ? {} : { oldestTime: timestampFromMs(oldestMs) }),
      };
    },
  };
}

async function newestSchema(view: RegistryView, name: SubjectName): Promise<CompiledSchema | undefined> {
  const newest = await view.version(name, "latest", "live");
  if (newest === undefined) return undefined;
  const { kind, text, references, context, metadata } = newest;
  const { closure } = await resolveReferences(view, context, references, "all");
  return compileSchema(kind, text, { references: closure, metadata });
}

/** What of the subject's events is not stored as it was sent. */
async function personalNow(
  view: RegistryView,
  name: SubjectName,
  newest: CompiledSchema | undefined,
): Promise<readonly PersonalField[]> {
  const noted = personalInNotes((await view.notes(name))?.fields ?? []);
  return newest === undefined ? noted : joinPersonal(newest.personal, noted);
}
