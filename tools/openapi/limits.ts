import { type DescField, getOption } from "@bufbuild/protobuf";
import {
  type FieldRules,
  field as rulesOption,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** A JSON Schema, as far as it is written here. */
export type Schema = Readonly<Record<string, unknown>>;

type Rules = FieldRules["type"];

/** The rules of a field, as protovalidate holds them. */
export function rulesOf(field: DescField): FieldRules {
  return getOption(field, rulesOption);
}

/** Whether a request without the field is refused. */
export function isRequired(field: DescField): boolean {
  const { required, type } = rulesOf(field);
  if (required) return true;
  switch (type.case) {
    case "string":
      return type.value.minLen > 0n || type.value.minBytes > 0n;
    case "repeated":
      return type.value.minItems > 0n;
    case "map":
      return type.value.minPairs > 0n;
    case "enum":
      return type.value.notIn.includes(0) || (type.value.in.length > 0 && !type.value.in.includes(0));
    default:
      return false;
  }
}

/** The keywords of JSON Schema that say what rules do; a rule that has none stands in the field's comment alone. */
export function keywordsOf(rules: Rules): Schema {
  switch (rules.case) {
    case "string":
      return stringKeywords(rules.value);
    case "repeated":
      return given({ minItems: rules.value.minItems, maxItems: rules.value.maxItems });
    case "map":
      return given({ minProperties: rules.value.minPairs, maxProperties: rules.value.maxPairs });
    case "uint32":
    case "int32":
    case "float":
    case "double":
      return numberKeywords(rules.value);
    default:
      return {};
  }
}

/** A text of n characters has n bytes or more, so that a limit of bytes is one of characters too. */
function stringKeywords(rules: Extract<Rules, { case: "string" }>["value"]): Schema {
  const maxLength = [rules.maxLen, rules.maxBytes].filter((limit) => limit > 0n).sort(ascending)[0];
  return {
    ...given({ minLength: rules.minLen, maxLength: maxLength ?? 0n }),
    ...(rules.pattern === "" ? {} : { pattern: rules.pattern }),
    ...(rules.in.length === 0 ? {} : { enum: rules.in }),
  };
}

const ascending = (one: bigint, other: bigint): number => (one < other ? -1 : 1);

interface NumberRules {
  readonly lessThan: { readonly case?: string | undefined; readonly value?: number | undefined };
  readonly greaterThan: { readonly case?: string | undefined; readonly value?: number | undefined };
}

const numberKeyword: Readonly<Record<string, string>> = {
  lt: "exclusiveMaximum",
  lte: "maximum",
  gt: "exclusiveMinimum",
  gte: "minimum",
};

function numberKeywords({ lessThan, greaterThan }: NumberRules): Schema {
  const bounds = [lessThan, greaterThan].filter((bound) => bound.value !== undefined);
  return Object.fromEntries(bounds.map((bound) => [numberKeyword[bound.case ?? ""] ?? "", bound.value]));
}

function given(limits: Readonly<Record<string, bigint>>): Schema {
  const set = Object.entries(limits).filter(([, limit]) => limit > 0n);
  return Object.fromEntries(set.map(([name, limit]) => [name, Number(limit)]));
}
