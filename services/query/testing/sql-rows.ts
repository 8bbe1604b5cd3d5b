import type { SqlRig } from "./sql-rig.js";

/** Begins every text of another project: where it shows in an answer, the answer has what is not its own. */
export const foreignMark = "FOREIGN";

/** No base64, as the other projects' countries are. */
export const foreignCountry = "!%&/";
/** What the others have as a number. */
const odd = [[1], "text", true, { a: 1 }, [{ b: 1 }], "2024-01-01"];
const types = ["page_view", "signup", "purchase"];
const startMs = Date.parse("2024-05-01T00:00:00Z");

/**
 * Gives a project events (every tenth an identify), sessions and what follows from them. Each text of it begins with
 * the mark. Projects share dates and types, so that their rows lie side by side in the same granules.
 */
export async function insertProject(
  rig: SqlRig,
  { project, mark, count }: { project: string; mark: string; count: number },
): Promise<void> {
  const isForeign = mark === foreignMark;
  const events = Array.from({ length: count }, (_, index) => {
    const isSystem = index % 10 === 0;
    const [user, anonymous] = [`${mark}-user-${index % 7}`, `${mark}-anon-${index % 7}`];
    return {
      ...{ project_id: project, event_id: `${mark}-event-${index}`, type: types[index % types.length] },
      ...(isSystem ? { type: "identify", is_system: true, user_id: user } : {}),
      ...{ anonymous_id: anonymous, visitor_id: isSystem ? user : anonymous },
      ...{ time_ms: startMs + index * 60_000, received_time_ms: startMs + index * 60_000 },
      properties: JSON.stringify({
        ...{ secret: `${mark}-secret`, price: isForeign ? odd[index % odd.length] : index },
        ...{ deep: { text: `${mark}-deep` }, [`path${mark}${index % 5}`]: 1 },
      }),
      ...{
        page_path: `/${mark}`,
        country: isForeign ? foreignCountry : `${mark}A`,
        ip: mark,
        user_agent: mark,
        amount: index,
      },
      ...{ partition: 0, raw_sequence: index + 1 },
    };
  });
  const { clickhouse, database } = rig;
  await clickhouse.insert({ table: `${database}.events_in`, values: events, format: "JSONEachRow" });
  const sessions = Array.from({ length: 5 }, (_, index) => ({
    ...{ project_id: project, visitor_id: `${mark}-anon-${index}`, session_id: `${mark}-session-${index}` },
    ...{ start_time: startMs, end_time: startMs + 1_000, events: 3, entry_page: mark, version: 1 },
  }));
  await clickhouse.insert({ table: `${database}.sessions`, values: sessions, format: "JSONEachRow" });
}

/** Merges what was inserted into one part a table: rows of all projects are read in the same granules then. */
export async function mergeParts({ clickhouse, database }: SqlRig): Promise<void> {
  for (const table of ["events", "sessions", "identities", "traits"]) {
    await clickhouse.command({ query: `OPTIMIZE TABLE ${database}.${table} FINAL` });
  }
}
