// The schemas of a document by place, with what their references lead to.
import { canonicalJson } from "./canonical-value.js";
import { metaSchemaOf } from "./dialect.js";
import { dataKeywords, keywordsOf, listKeywords, mapKeywords, schemaKeywords } from "./keywords.js";
import { referenceRewriter, referenceUri, type SchemaDocument } from "./schema-document.js";

/** One schema at its place. The same place is always the same node. */
export interface SchemaNode {
  readonly id: number;
  readonly graph: SchemaGraph;
  readonly schema: unknown;
  /** JSON pointer into the text it stands in. */
  readonly pointer: string;
  /** The URI that its relative references go by. */
  readonly base: string;
  /** What this node forbids, where it was made by `negationOf`. */
  readonly negated?: SchemaNode;
}

const NO_BASE = "tideline-schema:/";
let lastId = 0;

const resolved = (base: string, ref: string): string | undefined => {
  try {
    return new URL(ref, base).href;
  } catch {
    return undefined;
  }
};

const escaped = (token: string): string => token.replaceAll("~", "~0").replaceAll("/", "~1");
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value that a path of names and indices leads to. */
const valueAt = (value: unknown, tokens: readonly string[]): unknown => {
  let found = value;
  for (const token of tokens) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, token)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[token];
  }
  return found;
};

/** Where a schema stands: in which text of a document, where in it, and under which URI. */
interface Place {
  readonly place: string;
  readonly pointer: string;
  readonly base: string;
}

/** All schemas of a document and of what it refers to. */
export class SchemaGraph {
  readonly document: SchemaDocument;
  readonly root: SchemaNode;
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #places = new Map<SchemaNode, string>();
  readonly #byUri = new Map<string, SchemaNode>();
  readonly #negations = new Map<SchemaNode, SchemaNode>();
  readonly #children = new Map<SchemaNode, Map<string | number | undefined, SchemaNode>>();
  readonly #keywords = new Map<SchemaNode, readonly string[]>();
  readonly #targets = new Map<SchemaNode, SchemaNode | undefined>();
  #circular: SchemaNode | false | undefined;
  readonly #shapes = new Map<SchemaNode, string | undefined>();
  readonly #rewrite: (ref: string) => string | undefined;

  constructor(document: SchemaDocument) {
    this.document = document;
    this.#rewrite = referenceRewriter(document.references);
    for (const [index, reference] of document.references.entries()) {
      const uri = resolved(NO_BASE, referenceUri(reference, index)) ?? NO_BASE;
      const root = this.#index(reference.schema, { place: `${index}`, pointer: "", base: uri });
      this.#byUri.set(uri, root);
    }
    this.root = this.#index(document.schema, { place: "", pointer: "", base: NO_BASE });
    if (!this.#byUri.has(NO_BASE)) this.#byUri.set(NO_BASE, this.root);
  }

  /** Makes the nodes of a schema and of all that stand in it, also where no keyword leads to them. */
  #index(schema: unknown, at: Place): SchemaNode {
    const idKeyword = this.document.draft === "draft-04" ? "id" : "$id";
    let base = at.base;
    const anchors: unknown[] = [];
    if (isObject(schema)) {
      const id = schema[idKeyword];
      if (typeof id === "string" && id.startsWith("#")) anchors.push(id.slice(1));
      else if (typeof id === "string") base = resolved(at.base, id)?.replace(/#$/, "") ?? at.base;
      anchors.push(schema["$anchor"], schema["$dynamicAnchor"]);
    }
    const node: SchemaNode = { id: ++lastId, graph: this, schema, pointer: at.pointer, base };
    this.#nodes.set(`${at.place}|${at.pointer}`, node);
    if (base !== at.base) this.#byUri.set(base, node);
    for (const anchor of anchors) {
      if (typeof anchor === "string") this.#byUri.set(`${base}#${anchor}`, node);
    }
    this.#places.set(node, at.place);
    if (isObject(schema)) this.#indexMembers(schema, { ...at, base });
    return node;
  }

  #indexMembers(schema: object, at: Place): void {
    const visit = (value: unknown, pointer: string) => {
      if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) visit(item, `${pointer}/${index}`);
      } else if (isObject(value) || typeof value === "boolean") {
        this.#index(value, { place: at.place, pointer, base: at.base });
      }
    };
    for (const [name, value] of Object.entries(schema)) {
      const pointer = `${at.pointer}/${escaped(name)}`;
      if (dataKeywords.has(name)) continue;
      if (mapKeywords.has(name) && isObject(value)) {
        for (const [key, member] of Object.entries(value)) visit(member, `${pointer}/${escaped(key)}`);
      } else visit(value, pointer);
    }
  }

  /** JSON pointer of a node, after the name of the reference that it stands in, if it does. */
  pathOf(node: SchemaNode): string {
    const place = this.#places.get(node.negated ?? node) ?? "";
    if (place === "") return node.pointer;
    return `${this.document.references[Number(place)]?.name ?? place}#${node.pointer}`;
  }

  /** Where a node stands: in the schema itself or in a reference of that index, and the steps of its pointer there. */
  placeOf(node: SchemaNode): { readonly reference: number | undefined; readonly steps: readonly string[] } {
    const place = this.#places.get(node.negated ?? node) ?? "";
    const steps = node.pointer.split("/").slice(1);
    return {
      reference: place === "" ? undefined : Number(place),
      steps: steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~")),
    };
  }

  /** The schema that a path of keywords, names and indices leads to from another one; it must be there. */
  childOf(node: SchemaNode, ...tokens: readonly (string | number)[]): SchemaNode {
    if (node.negated !== undefined) return node.negated;
    const key = tokens.length === 1 ? tokens[0] : tokens.join("\n");
    let children = this.#children.get(node);
    if (children === undefined) {
      children = new Map();
      this.#children.set(node, children);
    }
    const known = children.get(key);
    if (known !== undefined) return known;
    const pointer = `${node.pointer}/${tokens.map((token) => escaped(String(token))).join("/")}`;
    const found = this.#nodes.get(`${this.#places.get(node)}|${pointer}`);
    if (found === undefined) throw new Error(`no schema at ${pointer}`);
    children.set(key, found);
    return found;
  }

  /** The keywords of a node that its draft goes by. */
  keywordsOf(node: SchemaNode): readonly string[] {
    let names = this.#keywords.get(node);
    if (names === undefined) {
      names = keywordsOf(this.document.draft, node.schema);
      this.#keywords.set(node, names);
    }
    return names;
  }

  /** A node that accepts what the given one rejects. */
  negationOf(node: SchemaNode): SchemaNode {
    const known = this.#negations.get(node);
    if (known !== undefined) return known;
    const made: SchemaNode = { ...node, id: ++lastId, schema: { not: node.schema }, negated: node };
    this.#negations.set(node, made);
    return made;
  }

  /** What a node's `$ref` leads to; undefined where that is not found here. */
  targetOf(node: SchemaNode): SchemaNode | undefined {
    if (!this.#targets.has(node)) this.#targets.set(node, this.#findTarget(node));
    return this.#targets.get(node);
  }

  #findTarget(node: SchemaNode): SchemaNode | undefined {
    const ref = (node.schema as Readonly<Record<string, unknown>>)["$ref"];
    if (typeof ref !== "string") return undefined;
    const uri = resolved(node.base, this.#rewrite(ref) ?? ref);
    if (uri === undefined) return undefined;
    const [resource = "", fragment = ""] = uri.split("#");
    this.#addMetaSchema(resource);
    if (fragment === "") return this.#byUri.get(resource);
    if (!fragment.startsWith("/")) return this.#byUri.get(`${resource}#${fragment}`);
    const root = this.#byUri.get(resource);
    if (root === undefined) return undefined;
    try {
      const tokens = decodeURIComponent(fragment).slice(1).split("/");
      const pointer = tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
      if (valueAt(root.schema, pointer) === undefined) return undefined;
      return this.#nodes.get(`${this.#places.get(root)}|${root.pointer}/${pointer.map(escaped).join("/")}`);
    } catch {
      return undefined;
    }
  }

  /** A schema that leads back to itself without a step into the value, if there is one: what it accepts is not said. */
  circular(): SchemaNode | undefined {
    this.#circular ??= findCircular([...this.#nodes.values()]) ?? false;
    return this.#circular === false ? undefined : this.#circular;
  }

  /** The draft's own meta-schema may be referred to as well; it is read once it is. */
  #addMetaSchema(uri: string): void {
    if (this.#byUri.has(uri)) return;
    const schema = metaSchemaOf(this.document.draft, uri);
    if (schema !== undefined)
      this.#byUri.set(uri, this.#index(schema, { place: uri, pointer: "", base: uri }));
  }

  /**
   * A text that two nodes share only if they say the same of every value, references followed; undefined where it
   * would be long or there is no such text.
   */
  shapeOf(node: SchemaNode, spend: (steps: number) => void): string | undefined {
    if (!this.#shapes.has(node)) {
      const printed = new ShapePrinter(node).print();
      spend(Math.ceil((printed?.length ?? SHAPE_MAX) / 64));
      this.#shapes.set(node, printed);
    }
    return this.#shapes.get(node);
  }
}

const inPlaceKeywords = new Set([
  ...["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"],
]);

/** The schemas that look at the same value as a node does. */
const inPlace = (node: SchemaNode): SchemaNode[] => {
  const { graph } = node;
  const found: SchemaNode[] = [];
  for (const name of graph.keywordsOf(node)) {
    if (name === "$ref") {
      const target = graph.targetOf(node);
      if (target !== undefined) found.push(target);
    }
    if (!inPlaceKeywords.has(name)) continue;
    const value = (node.schema as Readonly<Record<string, unknown>>)[name];
    if (Array.isArray(value)) for (const index of value.keys()) found.push(graph.childOf(node, name, index));
    else if (!mapKeywords.has(name)) found.push(graph.childOf(node, name));
    else {
      for (const [key, member] of Object.entries(value as object)) {
        if (!Array.isArray(member)) found.push(graph.childOf(node, name, key));
      }
    }
  }
  return found;
};

const findCircular = (nodes: readonly SchemaNode[]): SchemaNode | undefined => {
  const done = new Set<SchemaNode>();
  for (const start of nodes) {
    // Depth first, by hand: what is on the path is found again where it goes round.
    const path: { node: SchemaNode; left: SchemaNode[] }[] = [];
    const onPath = new Set<SchemaNode>();
    const enter = (node: SchemaNode) => {
      path.push({ node, left: inPlace(node) });
      onPath.add(node);
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        done.add(top.node);
        onPath.delete(top.node);
        path.pop();
      } else if (onPath.has(next)) return next;
      else if (!done.has(next)) enter(next);
    }
  }
  return undefined;
};

const SHAPE_MAX = 20_000;
const SHAPE_NODES_MAX = 200;

/** Prints a schema and all that it refers to, each once, in the order in which they are met. */
class ShapePrinter {
  readonly #visited: SchemaNode[];
  #isWhole = true;

  constructor(start: SchemaNode) {
    this.#visited = [start];
  }

  print(): string | undefined {
    const texts: string[] = [];
    let length = 0;
    // Grows while it is walked.
    for (const node of this.#visited) {
      const text = this.#schema(node);
      length += text.length;
      if (!this.#isWhole || length > SHAPE_MAX || this.#visited.length > SHAPE_NODES_MAX) return undefined;
      texts.push(text);
    }
    return texts.join("\n");
  }

  #schema(node: SchemaNode): string {
    if (node.negated !== undefined) return `{not:${this.#schema(node.negated)}}`;
    const { schema } = node;
    if (!isObject(schema)) return String(schema);
    const { draft } = node.graph.document;
    const members = node.graph.keywordsOf(node).toSorted();
    const printed = members.map((name) => `${name}:${this.#member(node, name, schema[name])}`);
    return `{${printed.join()}}${node === this.#visited[0] ? draft : ""}`;
  }

  #member(node: SchemaNode, name: string, value: unknown): string {
    if (name === "$ref") return this.#target(node);
    if (name === "$dynamicRef" || name === "$recursiveRef") this.#isWhole = false;
    const child = (...tokens: (string | number)[]) => this.#schema(node.graph.childOf(node, name, ...tokens));
    const isList = listKeywords.has(name) || (name === "items" && Array.isArray(value));
    if (isList && Array.isArray(value)) return `[${value.map((_, index) => child(index)).join()}]`;
    if (mapKeywords.has(name) && isObject(value)) {
      const names = Object.keys(value).toSorted();
      return `{${names.map((key) => this.#mapMember(key, value[key], () => child(key))).join()}}`;
    }
    return schemaKeywords.has(name) ? child() : canonicalJson(value);
  }

  #mapMember(key: string, value: unknown, child: () => string): string {
    return `${JSON.stringify(key)}:${Array.isArray(value) ? canonicalJson(value) : child()}`;
  }

  #target(node: SchemaNode): string {
    const target = node.graph.targetOf(node);
    if (target === undefined) {
      this.#isWhole = false;
      return "?";
    }
    let index = this.#visited.indexOf(target);
    if (index < 0) index = this.#visited.push(target) - 1;
    return `#${index}`;
  }
}
