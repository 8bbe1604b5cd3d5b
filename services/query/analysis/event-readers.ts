import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import type { Filter } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { RegisteredKinds } from "../registered-kinds.js";
import { filtersSql } from "../sql/filter.js";
import type { StatementJoins } from "../sql/joins.js";
import { PropertyReader } from "../sql/property.js";
import { allOf, type Sql, sql } from "../sql/sql.js";
import { ofOwnType } from "../sql/types.js";

/** What holds for every event that an analysis looks at. */
export interface ReadersParts {
  /** What is registered for the types that the question names. */
  readonly kinds: ReadonlyMap<string, RegisteredKinds>;
  readonly timeZone: string;
  /** The frame's own conditions. */
  readonly filters: readonly Filter[];
}

/** Reads events of several types in one statement, the properties of each by its own schema. */
export class EventReaders {
  readonly joins: StatementJoins;
  readonly #parts: ReadersParts;

  constructor(joins: StatementJoins, parts: ReadersParts) {
    this.joins = joins;
    this.#parts = parts;
  }

  /** The person that an event is counted for; empty where nobody is known. */
  person(): Sql {
    return this.joins.person();
  }

  /** Reads the properties of events of a type; empty: of any, by no schema. */
  of(type: string): PropertyReader {
    const { kinds, timeZone } = this.#parts;
    const registered = kinds.get(type);
    if (registered === undefined) return new PropertyReader(this.joins);
    return new PropertyReader(this.joins, { kinds: registered.kinds, timeZone });
  }

  /**
   * Whether an event is selected: type, its conditions, and the frame's.
   *
   * @param field where the request has the selector, for faults
   * @throws Fault REQUEST_INVALID
   */
  selects({ type, filters }: Pick<EventSelector, "type" | "filters">, field: string): Sql {
    const reader = this.of(type);
    const own = filtersSql(filters, reader, `${field}.filters`);
    const common = filtersSql(this.#parts.filters, reader, "frame.filters");
    return sql`(${allOf([ofOwnType(type), own, common])})`;
  }
}
