// An Avro schema as a graph of types, its names resolved: parsing makes it, and reading, comparing, checking and
// printing walk over it.
import type { ExactValue } from "../../platform/json/exact.js";

/** What a schema says beyond what the specification knows, as it stands there. */
export type Props = ReadonlyMap<string, ExactValue>;

/** What every type has. */
interface Place {
  /** JSON pointer to where it stands in its text; for a named type, to its definition. */
  readonly at: string;
  /** Whether it stands in the text of a referenced schema, where `at` points into that text. */
  readonly isForeign: boolean;
  readonly props: Props;
}

/** What records, enums and fixed types have. */
export interface Named extends Place {
  readonly name: string;
  /** The namespace, or the empty text. */
  readonly space: string;
  readonly fullName: string;
  /** As full names. */
  readonly aliases: readonly string[];
  readonly doc: string | undefined;
}

export const plainKinds = ["null", "boolean", "int", "long", "float", "double", "string"] as const;

export interface AvroPlain extends Place {
  readonly kind: (typeof plainKinds)[number];
}

export interface AvroBytes extends Place {
  readonly kind: "bytes";
  readonly decimal: Decimal | undefined;
}

export interface AvroFixed extends Named {
  readonly kind: "fixed";
  readonly size: number;
  readonly decimal: Decimal | undefined;
  readonly logical: string;
}

export interface AvroEnum extends Named {
  readonly kind: "enum";
  readonly symbols: readonly string[];
  /** What a reader takes a symbol for that it does not have. */
  readonly fallback: string | undefined;
}

export interface AvroArray extends Place {
  readonly kind: "array";
  readonly items: AvroType;
}

export interface AvroMap extends Place {
  readonly kind: "map";
  readonly values: AvroType;
}

export interface AvroUnion extends Place {
  readonly kind: "union";
  readonly branches: readonly AvroType[];
}

export interface AvroRecord extends Named {
  readonly kind: "record";
  readonly isError: boolean;
  /** Filled after the record has its name: a record may contain itself. */
  readonly fields: readonly AvroField[];
}

export type AvroNamed = AvroFixed | AvroEnum | AvroRecord;

/** A type of Avro 1.12. */
export type AvroType = AvroPlain | AvroBytes | AvroArray | AvroMap | AvroUnion | AvroNamed;

export interface AvroField {
  readonly name: string;
  readonly at: string;
  readonly type: AvroType;
  readonly doc: string | undefined;
  readonly aliases: readonly string[];
  readonly order: "ascending" | "descending" | "ignore";
  readonly fallback: FieldDefault | undefined;
  readonly props: Props;
  /** The class of personal data that the schema says it is; empty for none. */
  readonly personalClass: string;
}

/** A field's default. */
export interface FieldDefault {
  /** As the schema has it. */
  readonly json: ExactValue;
  /** As the field's value in an event's properties, the defaults within it filled in. */
  readonly text: string;
  /** `text` as a value; shared, never to be changed. */
  readonly value: ExactValue;
}

/** The scale of a decimal, and the most digits it has. */
export interface Decimal {
  readonly scale: number;
  readonly precision: number;
}

export const isNamed = (type: AvroType): type is AvroNamed =>
  type.kind === "record" || type.kind === "enum" || type.kind === "fixed";

/** How a type is spoken of: its full name, or its kind. */
export const nameOfType = (type: AvroType): string => (isNamed(type) ? type.fullName : type.kind);

/** The logical type that a schema names, valid or not; empty where there is none. */
export const logicalOf = ({ props }: AvroType): string => {
  const logical = props.get("logicalType");
  return typeof logical === "string" ? logical : "";
};
