import { type DescMessage, fromJson, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault, requestInvalid } from "../fault.js";
import { failingField } from "./failing-field.js";

/**
 * The message that a JSON value is.
 * @throws Fault REQUEST_INVALID that names the field, also one that the request does not have: a question whose filter
 * is misspelt would else be answered as if there were none
 */
export function decodeJson<S extends DescMessage>(schema: S, json: JsonValue): MessageShape<S> {
  try {
    return fromJson(schema, json);
  } catch {
    const { path, isUnknown } = failingField(schema, json);
    if (isUnknown) throw requestInvalid(path, "json.unknown_field", `${schema.name} has no such field`);
    if (path !== "") throw requestInvalid(path, "json", "not the JSON form of this field");
    const facts = { field: "", rule: "json" };
    throw new Fault(FaultReason.REQUEST_INVALID, `not the JSON form of ${schema.name}`, facts);
  }
}
