import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import type { CheckAnswer } from "./registry.js";

/** The refusal of a schema that breaks its subject's level; holds all that a check would have said. */
export class Incompatible extends Fault {
  readonly answer: CheckAnswer;

  constructor(answer: CheckAnswer) {
    const { level, findings } = answer;
    const [first] = findings;
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
    const what =
      first === undefined
        ? ""
        : `: version ${first.version}, ${first.rule} at ${first.path || "/"}: ${first.message}`;
    const message = `the schema is not ${level} compatible${what}${more}`;
    super(FaultReason.SCHEMA_INCOMPATIBLE, message, { level, rule: first?.rule ?? "" });
    this.answer = answer;
  }
}
