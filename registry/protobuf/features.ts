// Features of editions; proto2 and proto3 are two fixed choices of them.
import type { Features } from "./model.js";
import { ProtoError, shown } from "./refusal.js";
import { type FieldNode, isEdition, type OptionNode } from "./syntax.js";

export function featuresOfSyntax(syntax: string | undefined): Features {
  const isProto3 = syntax === "proto3";
  const isModern = isProto3 || isEdition(syntax);
  return {
    presence: isProto3 ? "implicit" : "explicit",
    isEnumOpen: isModern,
    isPacked: isModern,
    isUtf8: isModern,
    isDelimited: false,
  };
}

type Choice = Partial<Features>;

const choices: Readonly<Record<string, Readonly<Record<string, Choice>>>> = {
  field_presence: {
    EXPLICIT: { presence: "explicit" },
    IMPLICIT: { presence: "implicit" },
    LEGACY_REQUIRED: { presence: "required" },
  },
  enum_type: { OPEN: { isEnumOpen: true }, CLOSED: { isEnumOpen: false } },
  repeated_field_encoding: { PACKED: { isPacked: true }, EXPANDED: { isPacked: false } },
  utf8_validation: { VERIFY: { isUtf8: true }, NONE: { isUtf8: false } },
  message_encoding: { LENGTH_PREFIXED: { isDelimited: false }, DELIMITED: { isDelimited: true } },
  json_format: { ALLOW: {}, LEGACY_BEST_EFFORT: {} },
  // What comes with edition 2024 concerns names, not events.
  default_symbol_visibility: { EXPORT_ALL: {}, EXPORT_TOP_LEVEL: {}, LOCAL_ALL: {}, STRICT: {} },
  enforce_proto_limits: { LEGACY_NO_EXPLICIT_LIMITS: {}, PROTO_LIMITS2026: {} },
  enforce_naming_style: { STYLE2024: {}, STYLE_LEGACY: {} },
};

/** Features as they are for what has these options. @throws ProtoError for one that is not known */
export function withFeatures(
  features: Features,
  options: readonly OptionNode[],
  syntax: string | undefined,
): Features {
  let result = features;
  for (const { name, value, at } of options) {
    if (name !== "features" && !name.startsWith("features.")) continue;
    if (!isEdition(syntax)) throw new ProtoError("features are of editions only", at);
    const members =
      name === "features"
        ? value.kind === "message"
          ? value.members
          : []
        : [{ name: name.slice("features.".length), value }];
    for (const member of members) {
      // Features of a target language, such as features.(pb.go).api_level, change nothing here.
      if (/^[([]/.test(member.name)) continue;
      const known = choices[member.name];
      const choice = member.value.kind === "name" ? known?.[member.value.text] : undefined;
      if (choice === undefined) throw new ProtoError(`the feature ${shown(member.name)} is not known so`, at);
      result = { ...result, ...choice };
    }
  }
  return result;
}

/** Features of a field: labels and options of the older syntaxes come out as what they mean. */
export function featuresOfField(features: Features, field: FieldNode, syntax: string | undefined): Features {
  const own = withFeatures(features, field.options, syntax);
  const packed = field.options.find(({ name }) => name === "packed")?.value;
  const presence =
    field.label === "required" ? "required" : field.label === "optional" ? "explicit" : own.presence;
  return {
    ...own,
    presence,
    isPacked: packed === undefined ? own.isPacked : packed.kind === "name" && packed.text === "true",
    // Maps are as they always were.
    isDelimited: field.mapKey === undefined && (field.group !== undefined || own.isDelimited),
  };
}
