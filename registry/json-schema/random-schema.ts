// Random schemas and values over a small world of names and constants, so that they often meet. For tests.

/** A generator of numbers from 0 to below 1, the same for the same seed. */
export const seeded = (seed: number): (() => number) => {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

type Schema = Record<string, unknown>;
export type RandomDraft = "draft-04" | "draft-07" | "2019-09" | "2020-12";

const uris: Readonly<Record<RandomDraft, string>> = {
  "draft-04": "http://json-schema.org/draft-04/schema#",
  "draft-07": "http://json-schema.org/draft-07/schema#",
  "2019-09": "https://json-schema.org/draft/2019-09/schema",
  "2020-12": "https://json-schema.org/draft/2020-12/schema",
};
const names = ["a", "b", "c", "ab", "x1"];
const patterns = [
  "^a",
  "a",
  "^a$",
  "b$",
  "^[a-c]+$",
  "[0-9]",
  "^x",
  "^.{2}$",
  "^(a|b)*$",
  "a*",
  "^a?b?$",
  "\\d$",
];
const texts = ["", "a", "b", "ab", "aa", "abc", "x1", "1", "2026-01-02", "a@b.de", "\n", "é", "𝒳"];
const numbers = [-2, -1, 0, 0.5, 1, 1.5, 2, 3, 4, 6, 10];
const types = ["null", "boolean", "object", "array", "string", "number", "integer"];

export class RandomSchemas {
  readonly #next: () => number;
  readonly #draft: RandomDraft;

  constructor(seed: number, draft: RandomDraft) {
    this.#next = seeded(seed);
    this.#draft = draft;
  }

  #one<T>(list: readonly T[]): T {
    return list[Math.floor(this.#next() * list.length)] as T;
  }

  #below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  #chance(share: number): boolean {
    return this.#next() < share;
  }

  /** A whole schema, with a definition that its parts refer to. */
  root(): Schema {
    const schema = this.#schema(3);
    const inner = typeof schema === "object" ? schema : { allOf: [this.#object(2)] };
    const $defs = { d: this.#object(2), e: this.#object(1) };
    return { $schema: uris[this.#draft], ...inner, definitions: $defs };
  }

  /** Another schema, a few changes away. */
  changed(schema: unknown): Schema {
    const copy = structuredClone(schema) as Schema;
    for (let count = 1 + this.#below(2); count > 0; count--) this.#change(copy, 0);
    return copy;
  }

  #change(schema: Schema, depth: number): void {
    const inner = Object.values(schema)
      .flatMap((it) =>
        Array.isArray(it) ? it : typeof it === "object" && it !== null ? Object.values(it) : [],
      )
      .concat(Object.values(schema))
      .filter((it): it is Schema => typeof it === "object" && it !== null && !Array.isArray(it));
    const isMap = (it: Schema) =>
      ["properties", "patternProperties", "definitions"].some((at) => schema[at] === it);
    const deeper = inner.filter((it) => !isMap(it) && !("draft" in it));
    if (depth < 4 && deeper.length > 0 && this.#chance(0.6)) {
      this.#change(this.#one(deeper), depth + 1);
      return;
    }
    const kept = Object.keys(schema).filter((it) => it !== "$schema" && it !== "definitions");
    if (kept.length > 0 && this.#chance(0.5)) delete schema[this.#one(kept)];
    else if (this.#chance(0.9)) this.#keyword(schema, 1);
    else Object.assign(schema, this.#object(1));
  }

  #schema(depth: number): unknown {
    if (this.#draft !== "draft-04" && this.#chance(0.08)) return this.#chance(0.7);
    return this.#object(depth);
  }

  #object(depth: number): Schema {
    const schema: Schema = {};
    if (this.#chance(0.55)) schema["type"] = this.#chance(0.7) ? this.#one(types) : this.#typeList();
    for (let count = this.#below(4); count > 0; count--) this.#keyword(schema, depth);
    return schema;
  }

  #typeList(): string[] {
    return [...new Set([this.#one(types), this.#one(types), this.#one(types)])];
  }

  #keyword(schema: Schema, depth: number): void {
    const makers = depth > 0 ? [...this.#plain(), ...this.#deep(depth - 1)] : this.#plain();
    this.#one(makers)(schema);
  }

  #plain(): ((schema: Schema) => void)[] {
    const is04 = this.#draft === "draft-04";
    const bound = (low: string, high: string, exclusive: [string, string]) => (schema: Schema) => {
      const at = this.#below(2);
      const name = [low, high][at] ?? low;
      const other = exclusive[at] ?? low;
      if (is04) {
        schema[name] = this.#one(numbers);
        if (this.#chance(0.3)) schema[other] = true;
      } else schema[this.#chance(0.7) ? name : other] = this.#one(numbers);
    };
    return [
      (schema) => {
        schema["type"] = this.#one(types);
      },
      bound("minimum", "maximum", ["exclusiveMinimum", "exclusiveMaximum"]),
      (schema) => {
        schema["multipleOf"] = this.#one([1, 2, 3, 0.5, 0.1, 0.3]);
      },
      (schema) => {
        schema[
          this.#one(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"])
        ] = this.#below(4);
      },
      (schema) => {
        schema["pattern"] = this.#one(patterns);
      },
      (schema) => {
        schema["format"] = this.#one(["date", "email", "unknown"]);
      },
      (schema) => {
        schema["enum"] = Array.from({ length: 1 + this.#below(3) }, () => this.value(1)).filter(
          (it, at, all) => all.findIndex((one) => JSON.stringify(one) === JSON.stringify(it)) === at,
        );
      },
      (schema) => {
        schema[is04 ? "enum" : "const"] = is04 ? [this.value(1)] : this.value(1);
      },
      (schema) => {
        schema["uniqueItems"] = true;
      },
      (schema) => {
        schema["required"] = [...new Set([this.#one(names), this.#one(names)])];
      },
    ];
  }

  #deep(depth: number): ((schema: Schema) => void)[] {
    const list = () => Array.from({ length: 1 + this.#below(3) }, () => this.#schema(depth));
    const put = (name: string, make: () => unknown) => (schema: Schema) => {
      schema[name] = make();
    };
    const map = (keys: readonly string[], make: () => unknown) => () =>
      Object.fromEntries(Array.from({ length: 1 + this.#below(3) }, () => [this.#one(keys), make()]));
    const one = () => this.#schema(depth);
    const makers = [
      ...[1, 2, 3].map(() => put("properties", map(names, one))),
      put("patternProperties", map(patterns, one)),
      put("additionalProperties", () => (this.#chance(0.5) ? false : this.#object(depth))),
      put("items", one),
      put("allOf", list),
      put("anyOf", list),
      put("oneOf", list),
      put("not", one),
      put(
        "dependencies",
        map(names, () => (this.#chance(0.5) ? [this.#one(names)] : this.#object(depth))),
      ),
      put("$ref", () => this.#one(["#/definitions/d", "#/definitions/e", "#"])),
    ];
    if (this.#draft === "2020-12") makers.push(put("prefixItems", list));
    else {
      makers.push(put("items", list), (schema) => {
        schema["items"] = list();
        schema["additionalItems"] = this.#chance(0.5) ? false : this.#object(depth);
      });
    }
    if (this.#draft === "draft-04") return makers;
    const branches = (schema: Schema) => {
      schema["if"] = one();
      for (const branch of ["then", "else"]) if (this.#chance(0.8)) schema[branch] = one();
    };
    makers.push(put("contains", one), put("propertyNames", one), branches);
    if (this.#draft === "draft-07") return makers;
    return [
      ...makers,
      (schema) => {
        schema["contains"] = one();
        schema[this.#one(["minContains", "maxContains"])] = this.#below(3);
      },
      put(
        "dependentRequired",
        map(names, () => [this.#one(names)]),
      ),
      put("dependentSchemas", map(names, one)),
      put("unevaluatedProperties", () => this.#chance(0.3)),
      put("unevaluatedItems", () => this.#chance(0.3)),
    ];
  }

  /** A value of the same small world. */
  value(depth: number): unknown {
    const kind = this.#below(depth > 0 ? 7 : 4);
    if (kind === 0) return this.#one([null, true, false]);
    if (kind === 1) return this.#one(numbers);
    if (kind === 2 || kind === 3) return this.#one(texts);
    if (kind === 4) return Array.from({ length: this.#below(4) }, () => this.value(depth - 1));
    const members = Array.from({ length: this.#below(4) }, () => [this.#one(names), this.value(depth - 1)]);
    return Object.fromEntries(members);
  }
}
