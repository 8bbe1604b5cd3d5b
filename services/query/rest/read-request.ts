import type { DescMessage, DescMethodUnary, JsonObject, JsonValue, MessageShape } from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault, requestInvalid } from "../../../platform/fault.js";
import { decodeJson } from "../../../platform/json/decode-json.js";
import { fieldAt, fieldsAlong, isJsonObject, valueAt, withValue } from "./field-path.js";
import { type Mapping, questions } from "./mappings.js";
import { valueOfParameter } from "./parameters.js";

/** What an HTTP request asks with. */
export interface Asked {
  /** What stands for the names of the path. */
  readonly parts: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined where there is none. */
  readonly body: JsonValue | undefined;
}

/**
 * The request of a mapping's method.
 * @throws Fault REQUEST_INVALID that names the parameter or field
 */
export function readRequest({ rpc, fields, body }: Mapping, asked: Asked): MessageShape<DescMessage> {
  for (const name of asked.query.keys()) {
    if (fields[name] === undefined || asked.parts[name] !== undefined)
      throw requestInvalid(name.slice(0, 100), "parameter.unknown", "this path has no such parameter");
  }
  let json = body === undefined ? {} : placed(rpc.input, body, asked.body ?? {});
  for (const [name, path] of Object.entries(fields)) {
    const part = asked.parts[name];
    const texts = part === undefined ? asked.query.getAll(name) : [part];
    if (texts.length === 0) continue;
    const along = fieldsAlong(rpc.input, path);
    const value = valueOfParameter(name, fieldAt(rpc.input, path), texts);
    const said = valueAt(json, along);
    if (said !== undefined && said !== value)
      throw requestInvalid(path, "parameter.differs", `the address says another ${name} than the body`);
    json = withValue(json, along, value);
  }
  return decodeJson(rpc.input, json);
}

function placed(schema: DescMessage, field: string, body: JsonValue): JsonObject {
  if (!isJsonObject(body)) throw requestInvalid(field, "json", "the body must be a JSON object");
  return field === "" ? body : withValue({}, fieldsAlong(schema, field), body);
}

/** A question with its kind and method. */
export interface AskedQuestion {
  readonly kind: string;
  readonly rpc: DescMethodUnary;
  readonly request: MessageShape<DescMessage>;
}

/**
 * The question of `POST /v1/query`: an object with one field, its kind. A statement of SQL may be the text alone.
 * @throws Fault REQUEST_INVALID that names the field
 */
export function readQuestion(body: JsonValue | undefined): AskedQuestion {
  const kinds = Object.keys(questions).join(", ");
  const [entry, another] = isJsonObject(body) ? Object.entries(body) : [];
  if (entry === undefined || another !== undefined)
    throw requestInvalid("", "question.one", `the body must be an object with one of ${kinds}`);
  const [kind, value] = entry;
  if (!isKind(kind)) throw requestInvalid(kind.slice(0, 100), "question.kind", `must be one of ${kinds}`);
  const rpc = questions[kind];
  const json = kind === "sql" && typeof value === "string" ? { statement: value } : value;
  try {
    return { kind, rpc, request: decodeJson(rpc.input, json) };
  } catch (cause) {
    throw belowKind(kind, cause);
  }
}

const isKind = (kind: string): kind is keyof typeof questions => Object.hasOwn(questions, kind);

/** The fault with its field named as it is in the body, where the question lies below its kind. */
export function belowKind(kind: string, cause: unknown): unknown {
  const field = fieldOf(cause);
  if (field === undefined || !(cause instanceof Fault)) return cause;
  const path = field === "" ? kind : `${kind}.${field}`;
  const message = field === "" ? `${kind}: ${cause.message}` : `${kind}.${cause.message}`;
  return new Fault(cause.reason, message, { ...cause.facts, field: path }, { cause });
}

/** The fault with the parameter of the address that fills the field which it names, as one more fact. */
export function withParameter({ fields }: Mapping, cause: unknown): unknown {
  const field = fieldOf(cause);
  if (field === undefined || !(cause instanceof Fault)) return cause;
  const filling = Object.entries(fields).find(([, path]) => field === path || field.startsWith(`${path}[`));
  if (filling === undefined) return cause;
  return new Fault(cause.reason, cause.message, { ...cause.facts, parameter: filling[0] }, { cause });
}

function fieldOf(cause: unknown): string | undefined {
  if (!(cause instanceof Fault) || cause.reason !== FaultReason.REQUEST_INVALID) return undefined;
  return cause.facts["field"];
}
