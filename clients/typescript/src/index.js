export { AvroWriter } from "./avro-writer.js";
export { TidelineClient } from "./client.js";
export { JsonWriter } from "./json-writer.js";
export { TidelineError } from "./verdict.js";
