// The fields that a JSON Schema says are personal: `"x-pii": "<class>"` (or `"pii"`), wherever a keyword or a reference
// of it leads. Where that can't be told, more is personal rather than less.
import { everything, type FieldPath, type PersonalField, personalField } from "../personal.js";
import { anyClass, classInProps, type FieldTags, ofAnyItem } from "../personal-class.js";
import { mapKeywords } from "./keywords.js";
import type { SchemaDocument } from "./schema-document.js";
import { SchemaGraph, type SchemaNode } from "./schema-graph.js";

/** Schemas may contain themselves: no way is followed further than properties may be nested. */
const DEPTH_MAX = 32;
const STEPS_MAX = 20_000;
/** A schema within itself is followed so often; beyond that it is personal as a whole. */
const RECURSIONS_MAX = 3;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Keywords whose schemas are about the same value: what is said of an object's names or of a text's content is said of
 * the whole of it.
 */
const inPlace = [
  ...["allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas", "dependencies"],
  ...["propertyNames", "contentSchema"],
];
/** Keywords whose schemas are about every item or member. */
const everyOne = [
  ...["items", "prefixItems", "additionalItems", "contains", "additionalProperties", "unevaluatedItems"],
  ...["unevaluatedProperties", "patternProperties"],
];

const ownClassOf = (schema: Json): string => classInProps((name) => schema[name]);

/** Whether there is an annotation at all, wherever it stands. */
const isAnnotated = (roots: readonly unknown[]): boolean => {
  const open = [...roots];
  for (let value = open.pop(); open.length > 0 || value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value) && ownClassOf(value as Json) !== "") return true;
    for (const member of Object.values(value)) {
      if (typeof member === "object" && member !== null) open.push(member);
    }
  }
  return false;
};

/** Another schema that a schema leads to; without a step where both are about the same value. */
interface Edge {
  readonly step: string | undefined;
  readonly node: SchemaNode;
}

/** What one schema says by itself. */
interface Said {
  readonly class: string;
  readonly edges: readonly Edge[];
}

const childrenOf = (node: SchemaNode, keyword: string, value: unknown): SchemaNode[] => {
  const { graph } = node;
  if (Array.isArray(value)) {
    return [...value.keys()]
      .filter((at) => isObject(value[at]))
      .map((at) => graph.childOf(node, keyword, at));
  }
  if (!isObject(value)) return [];
  if (!mapKeywords.has(keyword)) return [graph.childOf(node, keyword)];
  const names = Object.keys(value).filter((name) => isObject(value[name]));
  return names.map((name) => graph.childOf(node, keyword, name));
};

const saidBy = (node: SchemaNode): Said => {
  const { schema, graph } = node;
  if (!isObject(schema)) return { class: "", edges: [] };
  const own = ownClassOf(schema);
  if (own !== "") return { class: own, edges: [] };
  // Where these lead depends on the way that was come.
  if ("$dynamicRef" in schema || "$recursiveRef" in schema) return { class: anyClass, edges: [] };
  const edges: Edge[] = [];
  const add = (step: string | undefined, keyword: string): void => {
    for (const child of childrenOf(node, keyword, schema[keyword])) edges.push({ step, node: child });
  };
  if (typeof schema["$ref"] === "string") {
    const target = graph.targetOf(node);
    if (target === undefined) return { class: anyClass, edges: [] };
    edges.push({ step: undefined, node: target });
  }
  for (const keyword of inPlace) add(undefined, keyword);
  for (const keyword of everyOne) add("*", keyword);
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  for (const [name, one] of Object.entries(properties)) {
    // One that takes anything has no annotation, but a tag may name it.
    if (isObject(one) || typeof one === "boolean")
      edges.push({ step: name, node: graph.childOf(node, "properties", name) });
  }
  return { class: "", edges };
};

/** What the schemas say that the root leads to, as far as they lead to something personal. */
const leadingToPersonal = (root: SchemaNode, tags: FieldTags | undefined): ReadonlyMap<SchemaNode, Said> => {
  const said = new Map<SchemaNode, Said>();
  const users = new Map<SchemaNode, SchemaNode[]>([[root, []]]);
  // Grows while it is walked.
  for (const [node] of users) {
    const its = saidBy(node);
    said.set(node, its);
    for (const { node: target } of its.edges) {
      const known = users.get(target);
      if (known === undefined) users.set(target, [node]);
      else known.push(node);
    }
  }
  const mayBe = ({ step }: Edge) => step !== undefined && tags?.mayBe(step) === true;
  const isMarked = (its: Said) => its.class !== "" || its.edges.some(mayBe);
  const personal = new Set([...said].filter(([, its]) => isMarked(its)).map(([node]) => node));
  for (const node of personal) for (const user of users.get(node) ?? []) personal.add(user);
  const leading = [...personal].map((node): [SchemaNode, Said] => {
    const { class: its = "", edges = [] } = said.get(node) ?? {};
    return [node, { class: its, edges: edges.filter((edge) => personal.has(edge.node) || mayBe(edge)) }];
  });
  return new Map(leading);
};

class Walk {
  readonly fields: PersonalField[] = [];
  readonly #said: ReadonlyMap<SchemaNode, Said>;
  readonly #tags: FieldTags | undefined;
  #steps = 0;

  constructor(root: SchemaNode, tags: FieldTags | undefined) {
    this.#said = leadingToPersonal(root, tags);
    this.#tags = tags;
  }

  /** Of one value, which all of the schemas are about. False where there are more ways than can be followed. */
  visit(schemas: Iterable<SchemaNode>, path: FieldPath, outer: readonly SchemaNode[]): boolean {
    const here = new Set([...schemas].filter((node) => this.#said.has(node)));
    if (here.size === 0) return true;
    const next = new Map<string, Set<SchemaNode>>();
    // Grows while it is walked.
    for (const node of here) {
      const { class: its = "", edges = [] } = this.#said.get(node) ?? {};
      this.#steps += 1 + edges.length;
      if (this.#steps > STEPS_MAX) return false;
      const isTooDeep =
        path.length >= DEPTH_MAX || outer.filter((one) => one === node).length >= RECURSIONS_MAX;
      if (its !== "" || isTooDeep) {
        this.fields.push(personalField(path, its === "" ? anyClass : its));
        return true;
      }
      for (const { step, node: target } of edges) {
        if (step === undefined) here.add(target);
        else next.set(step, (next.get(step) ?? new Set()).add(target));
      }
    }
    const inner = [...outer, ...here];
    return [...next].every(([step, targets]) => {
      const way = [...path, step];
      const its = this.#tags === undefined ? "" : this.#tags.classOf(...fullNamesOf(way));
      if (its === "") return this.visit(targets, way, inner);
      this.fields.push(personalField(way, its));
      return true;
    });
  }
}

/** What Confluent's tags call a field: "$.items[0].email"; items may also go without a number, and `$` be left out. */
const fullNamesOf = (way: FieldPath): readonly string[] => {
  const numbered = way.reduce((name, step) => (step === "*" ? `${name}[0]` : `${name}.${step}`), "$");
  const plain = ["$", ...way.filter((step) => step !== "*")].join(".");
  const names = numbered === plain ? [plain] : [numbered, plain];
  return names.map(ofAnyItem).flatMap((name) => [name, name.replace(/^\$\.?/, "")]);
};

/** The personal fields of a JSON Schema with what it refers to, and with what tags beside it say. */
export function personalInJsonSchema(document: SchemaDocument, tags?: FieldTags): readonly PersonalField[] {
  const roots = [document.schema, ...document.references.map(({ schema }) => schema)];
  if (tags === undefined && !isAnnotated(roots)) return [];
  try {
    const { root } = new SchemaGraph(document);
    const walk = new Walk(root, tags);
    return walk.visit([root], [], []) ? walk.fields : everything;
  } catch (error) {
    // Reading a schema recurses: all there is is personal, rather than none of it.
    if (!(error instanceof RangeError)) throw error;
    return everything;
  }
}
