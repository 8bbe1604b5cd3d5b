// The rules by which a change of a JSON Schema is no compatible one; docs/registry.md lists them.

/** What each rule means, for people who look it up. */
export const jsonRules = {
  JSON_TYPE_NARROWED: "A type that the writer may use is not among the reader's.",
  JSON_VALUES_NARROWED: "The reader's enum or const leaves out values that the writer may use.",
  JSON_NUMBER_RANGE_NARROWED: "The reader's minimum or maximum leaves out numbers that the writer may use.",
  JSON_MULTIPLE_OF_CHANGED: "The writer's numbers are not all multiples of the reader's multipleOf.",
  JSON_LENGTH_NARROWED: "The reader's minLength or maxLength leaves out texts that the writer may use.",
  JSON_PATTERN_CHANGED: "The writer's texts need not match the reader's pattern.",
  JSON_PATTERN_MATCHES_EVERYTHING:
    "The reader's pattern takes every text as it is written, most likely for want of ^ and $.",
  JSON_FORMAT_CHANGED: "The writer's values need not have the reader's format.",
  JSON_CONTENT_CHANGED: "The reader expects another contentEncoding, contentMediaType or contentSchema.",
  JSON_ITEM_COUNT_NARROWED: "The reader's minItems or maxItems leaves out arrays that the writer may use.",
  JSON_UNIQUE_ITEMS_ADDED: "The reader wants unique items, the writer may repeat them.",
  JSON_CONTAINS_CHANGED:
    "The writer's arrays need not hold what the reader's contains asks for, or as often.",
  JSON_ITEM_ADDED_TO_OPEN_ARRAY: "The reader names an item at a place where the writer may put anything.",
  JSON_ITEM_REMOVED_FROM_CLOSED_ARRAY: "The writer names an item at a place where the reader takes none.",
  JSON_LIST_BECAME_TUPLE: "A list of like items became a tuple: readers look at places instead of all items.",
  JSON_ADDITIONAL_ITEMS_NARROWED:
    "The reader takes fewer items beyond the named ones than the writer may put there.",
  JSON_PROPERTY_ADDED_TO_OPEN_OBJECT:
    "The reader names a property that the writer does not name but may send with any value, since its object is open.",
  JSON_PROPERTY_NOT_COVERED:
    "A property that only one of them names is not covered by the additionalProperties of the other.",
  JSON_PROPERTY_REMOVED_FROM_CLOSED_OBJECT: "The writer names a property that the reader takes no longer.",
  JSON_ADDITIONAL_PROPERTIES_NARROWED: "The reader takes fewer unnamed properties than the writer may send.",
  JSON_PATTERN_PROPERTY_CHANGED:
    "Names that match a pattern of the reader may have other values in the writer.",
  JSON_PROPERTY_NAMES_NARROWED: "The writer may use names that the reader's propertyNames leave out.",
  JSON_PROPERTY_COUNT_NARROWED:
    "The reader's minProperties or maxProperties leaves out objects of the writer.",
  JSON_REQUIRED_ADDED:
    "The reader requires a property that the writer may leave out; defaults are not filled in.",
  JSON_DEPENDENCY_ADDED:
    "The reader wants more of an object that has a certain property than the writer does.",
  JSON_ANY_OF_NARROWED: "What the writer allows fits no single alternative of the reader's anyOf.",
  JSON_ONE_OF_NARROWED: "What the writer allows fits no single alternative of the reader's oneOf.",
  JSON_ONE_OF_OVERLAPS: "What the writer allows may fit more than one alternative of the reader's oneOf.",
  JSON_NOT_EXTENDED: "The reader's not forbids values that the writer may use.",
  JSON_CONDITION_CHANGED: "The writer's values need not meet the reader's if, then and else.",
  JSON_NOTHING_ALLOWED: "The reader takes nothing where the writer may have a value.",
  JSON_REFERENCE_UNRESOLVED: "A reference of the reader can't be followed here.",
  JSON_REFERENCE_CIRCULAR: "References lead back to themselves without a value between.",
  JSON_DYNAMIC_REFERENCE: "The reader uses $dynamicRef or $recursiveRef, which are compared only as a whole.",
  JSON_UNEVALUATED:
    "What the reader's unevaluatedItems or unevaluatedProperties leave over depends on what can't be told.",
  JSON_PROOF_INCOMPLETE: "The schemas differ in a way that the checks can't follow.",
  STEPS_EXCEEDED: "Comparing the schemas takes more steps than one question may.",
} as const;

export type JsonRule = keyof typeof jsonRules;
