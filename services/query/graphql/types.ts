import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import {
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
} from "graphql";
import { Json, scalarOfMessage, scalars } from "./scalars.js";

/**
 * GraphQL's types of messages in their JSON form, each made once from its descriptor. Fields of inputs may all be left
 * out, as in the contract; what must be there is checked by its limits.
 */
export class MessageTypes {
  readonly #outputs = new Map<string, GraphQLObjectType>();
  readonly #inputs = new Map<string, GraphQLInputObjectType>();
  readonly #enums = new Map<string, GraphQLEnumType>();

  output(desc: DescMessage): GraphQLOutputType {
    const scalar = scalarOfMessage(desc);
    if (scalar !== undefined) return scalar;
    const known = this.#outputs.get(desc.typeName);
    if (known !== undefined) return known;
    const made = new GraphQLObjectType({
      name: nameOf(desc),
      fields: () => fieldsOf(desc, (field) => ({ type: this.#ofField(field, (it) => this.output(it)) })),
    });
    this.#outputs.set(desc.typeName, made);
    return made;
  }

  /** The fields of a request, each an argument. */
  args(desc: DescMessage): GraphQLFieldConfigArgumentMap {
    return fieldsOf(desc, (field) => ({ type: this.#ofField(field, (it) => this.#input(it)) }));
  }

  #input(desc: DescMessage): GraphQLInputType {
    const scalar = scalarOfMessage(desc);
    if (scalar !== undefined) return scalar;
    const known = this.#inputs.get(desc.typeName);
    if (known !== undefined) return known;
    // A message that is answered as well has its name there.
    const name = `${nameOf(desc)}Input`;
    const made = new GraphQLInputObjectType({ name, fields: () => this.args(desc) });
    this.#inputs.set(desc.typeName, made);
    return made;
  }

  #ofField<T extends GraphQLInputType | GraphQLOutputType>(
    field: DescField,
    ofMessage: (desc: DescMessage) => T,
  ): T {
    if (field.fieldKind === "map") return Json as T;
    const single = this.#single(field, ofMessage);
    return field.fieldKind === "list"
      ? (new GraphQLList(new GraphQLNonNull(single)) as unknown as T)
      : single;
  }

  #single<T extends GraphQLInputType | GraphQLOutputType>(
    field: DescField,
    ofMessage: (desc: DescMessage) => T,
  ): T {
    if (field.message !== undefined) return ofMessage(field.message);
    if (field.enum !== undefined) return this.#enum(field.enum) as T;
    return scalars[field.scalar ?? ScalarType.STRING] as T;
  }

  /** Values by their short names; beneath them those of the JSON form. */
  #enum(desc: DescEnum): GraphQLEnumType {
    const known = this.#enums.get(desc.typeName);
    if (known !== undefined) return known;
    const values = desc.values.map(({ localName, name }) => [localName, { value: name }]);
    const made = new GraphQLEnumType({ name: nameOf(desc), values: Object.fromEntries(values) });
    this.#enums.set(desc.typeName, made);
    return made;
  }
}

function fieldsOf<T>({ fields }: DescMessage, of: (field: DescField) => T): Record<string, T> {
  return Object.fromEntries(fields.map((field) => [field.jsonName, of(field)]));
}

/** Its name, with that of its package before it where it is not of the queries' own. */
function nameOf({ typeName, file }: DescMessage | DescEnum): string {
  const name = typeName.slice(file.proto.package.length + 1).replaceAll(".", "_");
  const [, part = ""] = file.proto.package.split(".");
  return part === "query" ? name : `${part.slice(0, 1).toUpperCase()}${part.slice(1)}_${name}`;
}
