import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import { isTimeZone } from "../../platform/local-time.js";
import { wantedProperty } from "./amount.js";
import type { ProjectRules } from "./enrich-block.js";

/** The settings that enrichment needs. */
export interface RuleSettings {
  readonly timeZone: string;
  readonly amountProperty: string;
}

/** Where settings come from: fresh ones at once, or by asking. Throws a Fault when there is no such project. */
export interface RuleSource {
  peek(project: string): RuleSettings | undefined;
  get(project: string): Promise<RuleSettings>;
}

/** What holds for a project that is gone: its events are still in the log. */
const rulesOfNone: RuleSettings = { timeZone: "UTC", amountProperty: "amount" };
const entriesMax = 10_000;

/**
 * The rules of projects. Where settings can't be asked for, the last ones known hold on: a zone changes rarely, and
 * waiting would hold up every project of the partition. Only a project never seen has to be waited for.
 */
export class ProjectRulesCache {
  readonly #source: RuleSource;
  readonly #known = new Map<string, { settings: RuleSettings; rules: ProjectRules }>();

  constructor(source: RuleSource) {
    this.#source = source;
  }

  /** @throws when nothing is known of the project and it can't be asked for. */
  async of(project: string): Promise<ProjectRules> {
    const fresh = this.#source.peek(project);
    const known = this.#known.get(project);
    if (fresh !== undefined && known?.settings === fresh) return known.rules;
    try {
      return this.#keep(project, fresh ?? (await this.#source.get(project)));
    } catch (error) {
      if (error instanceof Fault && error.reason === FaultReason.PROJECT_NOT_FOUND) {
        return this.#keep(project, rulesOfNone);
      }
      if (known !== undefined) return known.rules;
      throw error;
    }
  }

  #keep(project: string, settings: RuleSettings): ProjectRules {
    // A zone that this machine's tables don't have yet: its days are UTC's until they do.
    const timeZone = isTimeZone(settings.timeZone) ? settings.timeZone : "UTC";
    const rules = { timeZone, amount: wantedProperty(settings.amountProperty) };
    const oldest = this.#known.keys().next();
    if (this.#known.size >= entriesMax && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(project, { settings, rules });
    return rules;
  }
}
