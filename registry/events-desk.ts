import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type {
  CheckEventsRequest,
  CheckEventsResponseSchema,
} from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { checkEvents, eventsDefault, type StoredEvents } from "./check-events.js";
import { compileSchema } from "./compile.js";
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

export function openEventsDesk(store: RegistryStore, events: StoredEvents): EventsDesk {
  return {
    async check(caller, request, signal) {
      const view = store.view(caller.projectId);
      const name = parseSubject(request.subject);
      const { kind, text, references = [], ruleSet } = inputOf(request);
      const { closure } = await resolveReferences(view, name.context, references, "live");
      const answer = await checkEvents(events, {
        projectId: caller.projectId,
        type: name.subject,
        kind,
        source: { text, references: closure },
        ruleSet,
        personal: await personalNow(view, name),
        eventsMax: request.eventsMax || eventsDefault,
        signal,
      });
      const { oldestMs, failures, producers, unjudgedFields, ...counts } = answer;
      return {
        ...counts,
        unjudgedFields: unjudgedFields.map((it) => ({ ...it })),
        failures: failures.map((it) => ({ ...it })),
        producers: producers.map(({ lastMs, ...it }) => ({ ...it, lastTime: timestampFromMs(lastMs) })),
        ...(oldestMs === undefined ? {} : { oldestTime: timestampFromMs(oldestMs) }),
      };
    },
  };
}

/** What of the subject's events is not stored as it was sent. */
async function personalNow(view: RegistryView, name: SubjectName): Promise<readonly PersonalField[]> {
  const noted = personalInNotes((await view.notes(name))?.fields ?? []);
  const newest = await view.version(name, "latest", "live");
  if (newest === undefined) return noted;
  const { kind, text, references, context, metadata } = newest;
  const { closure } = await resolveReferences(view, context, references, "all");
  return joinPersonal(compileSchema(kind, text, { references: closure, metadata }).personal, noted);
}
