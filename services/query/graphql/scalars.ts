import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
  Kind,
} from "graphql";

const asText = (name: string, description: string): GraphQLScalarType =>
  new GraphQLScalarType({
    name,
    description,
    // Numbers written in a document keep every digit; what they mean is checked by the contract.
    parseLiteral: (node) => {
      if (node.kind === Kind.STRING || node.kind === Kind.INT) return node.value;
      throw new GraphQLError(`${name} must be a text or a whole number`);
    },
    parseValue: (value) => {
      if (typeof value === "string" || Number.isSafeInteger(value)) return String(value);
      throw new GraphQLError(`${name} must be a text, or a whole number that a double holds exactly`);
    },
  });

const Int64 = asText("Int64", "A signed integer of 64 bits; answered as a text with every digit.");
const UInt64 = asText("UInt64", "An unsigned integer of 64 bits; answered as a text with every digit.");
const UInt32 = new GraphQLScalarType({ name: "UInt32", description: "An unsigned integer of 32 bits." });
const Bytes = new GraphQLScalarType({ name: "Bytes", description: "Bytes in base64." });

/** A map or a value of any form. */
export const Json = new GraphQLScalarType({ name: "JSON", description: "Any JSON; of maps an object." });

const wellKnown: Readonly<Record<string, GraphQLScalarType>> = {
  "google.protobuf.Timestamp": new GraphQLScalarType({
    name: "Timestamp",
    description: "A time of RFC 3339 with its zone.",
  }),
  "google.protobuf.Duration": new GraphQLScalarType({
    name: "Duration",
    description: 'Seconds with up to nine decimals and "s", such as "1.5s".',
  }),
  "google.protobuf.Struct": Json,
  "google.protobuf.Value": Json,
};

/** The scalar of a message whose JSON form is a form of its own; undefined for all others. */
export function scalarOfMessage({ typeName, fields }: DescMessage): GraphQLScalarType | undefined {
  // What has no fields is no type of GraphQL's.
  return wellKnown[typeName] ?? (fields.length === 0 ? Json : undefined);
}

export const scalars: Readonly<Record<ScalarType, GraphQLScalarType>> = {
  [ScalarType.DOUBLE]: GraphQLFloat,
  [ScalarType.FLOAT]: GraphQLFloat,
  [ScalarType.INT64]: Int64,
  [ScalarType.SINT64]: Int64,
  [ScalarType.SFIXED64]: Int64,
  [ScalarType.UINT64]: UInt64,
  [ScalarType.FIXED64]: UInt64,
  [ScalarType.INT32]: GraphQLInt,
  [ScalarType.SINT32]: GraphQLInt,
  [ScalarType.SFIXED32]: GraphQLInt,
  [ScalarType.UINT32]: UInt32,
  [ScalarType.FIXED32]: UInt32,
  [ScalarType.BOOL]: GraphQLBoolean,
  [ScalarType.STRING]: GraphQLString,
  [ScalarType.BYTES]: Bytes,
};
