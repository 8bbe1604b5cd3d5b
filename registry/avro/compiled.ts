// An Avro schema made ready to check events with.
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { CompiledSchema, SchemaRefusal, SchemaResult } from "../compiled-schema.js";
import { personalInAvro } from "../personal.js";
import type { FieldTags } from "../personal-class.js";
import { Budget, OutOfSteps } from "../rules/budget.js";
import { checkAvroJson } from "./check-json.js";
import { pairTypes } from "./pairing.js";
import { compileReader, type DatumReader } from "./resolving.js";
import type { AvroRecord } from "./type.js";

const otherLanguage: SchemaRefusal = {
  path: "",
  rule: "avro",
  message: "The version that wrote the datum is in another schema language.",
};

const tooLarge: SchemaRefusal = {
  path: "",
  rule: "max_steps",
  message: "The schemas are too large to be resolved against each other.",
};

/** Steps that resolving two schemas may take; a schema against itself takes one for each of its types. */
const resolveStepsMax = 500_000;

/** One that refuses everything where the two are too large. */
const resolutionOf = (writer: AvroRecord, reader: AvroRecord): DatumReader => {
  try {
    const budget = new Budget(resolveStepsMax);
    return compileReader(pairTypes(writer, reader, { budget, withAliases: writer !== reader }));
  } catch (error) {
    // Compiling recurses.
    if (!(error instanceof OutOfSteps) && !(error instanceof RangeError)) throw error;
    return () => ({ refusal: tooLarge });
  }
};

/** Makes an event type's record ready for use. */
export function compileAvroRecord(record: AvroRecord, tags?: FieldTags): CompiledSchema {
  // What reads data is compiled when it is first needed: most event types come as JSON alone.
  let own: DatumReader | undefined;
  const decode = (datum: Uint8Array): SchemaResult => {
    own ??= resolutionOf(record, record);
    return own(datum);
  };
  // These go when the writer's schema does.
  const resolutions = new WeakMap<AvroRecord, DatumReader>();
  return {
    kind: SchemaKind.AVRO,
    personal: personalInAvro(record, tags),
    avro: record,
    check: (text) => checkAvroJson(record, text),
    decode,
    resolve: (datum, { avro: writer }) => {
      if (writer === record) return decode(datum);
      if (writer === undefined) return { refusal: otherLanguage };
      let resolution = resolutions.get(writer);
      if (resolution === undefined) {
        resolution = resolutionOf(writer, record);
        resolutions.set(writer, resolution);
      }
      return resolution(datum);
    },
  };
}
