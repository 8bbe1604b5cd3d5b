export { AvroWriter } from "./avro-writer.js";
export { type ClientOptions, TidelineClient } from "./client.js";
export type { EventContext, EventOptions } from "./event.js";
export { JsonWriter } from "./json-writer.js";
export type {
  AvroDuration,
  DateText,
  DateTimeText,
  DecimalText,
  DurationText,
  JsonValue,
  TimeText,
} from "./values.js";
export { type EventFault, type Outcome, TidelineError, type Verdict } from "./verdict.js";
