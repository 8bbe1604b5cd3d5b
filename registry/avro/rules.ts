// Why a reader's schema can't read what a writer's wrote: one rule for each way in which schema resolution fails.

/** The rules by id, each with what it says; docs/registry.md lists them all. */
export const avroRules = {
  AVRO_TYPE_MISMATCH: "The types differ, and the writer's is not promoted to the reader's.",
  AVRO_NAME_MISMATCH:
    "A record, enum or fixed type has another name, and the reader has no alias for the old one.",
  AVRO_FIELD_WITHOUT_DEFAULT:
    "The reader's record has a field that the writer's lacks, and it has no default.",
  AVRO_FIELD_AMBIGUOUS: "Names and aliases lead two fields to one: which is meant is not said.",
  AVRO_ENUM_SYMBOL_MISSING: "The writer's enum has symbols that the reader's lacks, and that has no default.",
  AVRO_FIXED_SIZE_CHANGED: "A fixed type has another size.",
  AVRO_UNION_BRANCH_MISSING: "The writer's type fits no branch of the reader's union.",
} as const;

export type AvroRule = keyof typeof avroRules;
