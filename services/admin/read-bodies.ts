// What a correction works on: the properties of an event, whatever form its body came in, and what is personal in them.
import { create } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { checkJsonObject } from "../../platform/json/check.js";
import { stringifyExact } from "../../platform/json/exact.js";
import type { CompiledSchema } from "../../registry/compiled-schema.js";
import { BodyOpener } from "../../registry/opened-body.js";
import { joinPersonal, type PersonalField } from "../../registry/personal.js";
import { personalBetween } from "../../registry/personal-names.js";
import { type Protection, protectPersonal } from "../../registry/protect.js";
import type { ProjectSchemas, SchemaVersion } from "../../registry/schema-cache.js";
import type { CheckedCorrection } from "./correct-event.js";
import type { Registered } from "./ports.js";

/** An event that a correction can reach into. */
export interface ReadEvent {
  readonly event: Event;
  /** What is personal in its properties, before they are corrected. */
  readonly personal: readonly PersonalField[];
}

const FRAME_BYTES = 5;

interface Encoded {
  readonly schemaId: number;
  readonly payload: Uint8Array;
}

/** Undefined for JSON, and for what is no frame. */
function encodedOf({ body }: Event): Encoded | undefined {
  if (body.case === "avro") return { schemaId: body.value.schemaId, payload: body.value.data };
  if (body.case !== "framed" || body.value.length < FRAME_BYTES || body.value[0] !== 0) return undefined;
  const header = Buffer.from(body.value.buffer, body.value.byteOffset, FRAME_BYTES);
  return { schemaId: header.readUInt32BE(1), payload: body.value.subarray(FRAME_BYTES) };
}

/** Whether properties are changed, or judged as another type's. */
const isTouching = ({ rename, defaults, casts, type }: CheckedCorrection): boolean =>
  rename.length + defaults.length + casts.length > 0 || type !== "";

/** Reads bodies for one call, by one state of the registry. */
export class BodyReader {
  readonly #correction: CheckedCorrection;
  readonly #registered: Registered;
  readonly #schemas: ProjectSchemas;
  readonly #protection: Protection;
  readonly #compiled = new Map<SchemaVersion, CompiledSchema>();
  readonly #openers = new Map<string, BodyOpener>();
  readonly #personal = new Map<string, readonly PersonalField[]>();

  constructor(
    correction: CheckedCorrection,
    registered: Registered,
    of: { readonly schemas: ProjectSchemas; readonly protection: Protection },
  ) {
    this.#correction = correction;
    this.#registered = registered;
    this.#schemas = of.schemas;
    this.#protection = of.protection;
  }

  /** @throws Fault ENGINE_UNAVAILABLE */
  static async of(
    correction: CheckedCorrection,
    registered: Registered,
    projectId: string,
  ): Promise<BodyReader> {
    const [schemas, protection] = await Promise.all([
      registered.schemas(projectId),
      registered.protection(projectId),
    ]);
    return new BodyReader(correction, registered, { schemas, protection });
  }

  /**
   * The event with properties in JSON where it came in bytes and the correction needs them. What can't be read stays
   * as it is: the door says what is wrong with it. @throws Fault ENGINE_UNAVAILABLE
   */
  async read(event: Event): Promise<ReadEvent> {
    if (!isTouching(this.#correction)) return { event, personal: [] };
    const own = await this.#personalOf(event.type);
    const encoded = encodedOf(event);
    if (encoded === undefined) return { event, personal: own };
    const { schemaId, payload } = encoded;
    const type = this.#correction.type || event.type;
    const writer = this.#schemas.find(type, schemaId) ?? this.#schemas.find(event.type, schemaId);
    const version = writer ?? this.#schemas.anyOf(schemaId);
    const opened = version && (await this.#opener(version, type)).open(payload);
    if (opened === undefined) return { event, personal: [] };
    const { context, ...rest } = event;
    const body = { case: "properties", value: stringifyExact(opened.properties) } as const;
    const read = create(EventSchema, { ...rest, ...(context === undefined ? {} : { context }), body });
    return { event: read, personal: joinPersonal(opened.personal, own) };
  }

  /**
   * Replaces personal values that the door would not: those of an older version, of the type that the event had, and
   * under a new name. `isProtected` says that they may have been replaced before.
   * @throws Fault ENGINE_UNAVAILABLE
   */
  async hide(event: Event, personal: readonly PersonalField[], isProtected: boolean): Promise<void> {
    const { body } = event;
    if (body.case !== "properties" || personal.length === 0) return;
    const renamed = [...personal, ...personal.flatMap((field) => this.#renamed(field))];
    const known = await this.#personalOf(event.type);
    const more = renamed.flatMap(spelled).filter((field) => !known.some((one) => covers(one, field)));
    // What is no object as it has to be is the door's to refuse: read here it might become one.
    if (more.length === 0 || checkJsonObject(Buffer.from(body.value)) !== undefined) return;
    const protection = isProtected ? { ...this.#protection, again: true } : this.#protection;
    body.value = Buffer.from(protectPersonal(Buffer.from(body.value), more, protection)).toString();
  }

  #renamed({ path, class: its, otherNames }: PersonalField): PersonalField[] {
    const [first = "", ...rest] = path;
    const names = [first, ...(otherNames?.[0] ?? [])];
    return this.#correction.rename
      .filter(([from]) => first === "*" || names.includes(from))
      .map(([, to]) => ({
        path: [to, ...rest],
        class: its,
        ...(otherNames === undefined ? {} : { otherNames: [[], ...otherNames.slice(1)] }),
      }));
  }

  /** What the door takes for personal in JSON of a type. */
  async #personalOf(type: string): Promise<readonly PersonalField[]> {
    const known = this.#personal.get(type);
    if (known !== undefined) return known;
    const noted = this.#schemas.personal(type);
    const version = this.#schemas.newest.get(type) ?? this.#schemas.deleted.get(type);
    const compiled = version && (await this.#load(version));
    const found = compiled === undefined ? noted : personalBetween(compiled, compiled, noted);
    this.#personal.set(type, found);
    return found;
  }

  async #opener(version: SchemaVersion, type: string): Promise<BodyOpener> {
    const key = `${version.guid} ${version.since} ${type}`;
    const known = this.#openers.get(key);
    if (known !== undefined) return known;
    const writer = await this.#load(version);
    const newest = this.#schemas.newest.get(type);
    const reader = newest === undefined || newest.guid === version.guid ? writer : await this.#load(newest);
    const noted = this.#schemas.personal(type);
    const asWritten = new Set(this.#correction.rename.map(([from]) => from));
    const made = new BodyOpener({ writer, reader, noted, asWritten });
    this.#openers.set(key, made);
    return made;
  }

  /** What was loaded stays with the call, whatever the cache forgets meanwhile. */
  async #load(version: SchemaVersion): Promise<CompiledSchema> {
    const known = this.#compiled.get(version);
    if (known !== undefined) return known;
    const loaded = await this.#registered.load(version);
    this.#compiled.set(version, loaded);
    return loaded;
  }
}

/** Ways of one field that are looked at one by one. */
const WAYS_MAX = 100;

/** A field under each of its names: what the door knows by one of them it need not know by another. */
function spelled(field: PersonalField): PersonalField[] {
  let ways: string[][] = [[]];
  for (const [index, step] of field.path.entries()) {
    const names = [step, ...(field.otherNames?.[index] ?? [])];
    ways = ways.flatMap((way) => names.map((name) => [...way, name]));
    if (ways.length > WAYS_MAX) return [field];
  }
  return ways.map((path) => ({ path, class: field.class }));
}

/** Whether all that a field stands for is replaced where another one is. */
const covers = (one: PersonalField, field: PersonalField): boolean =>
  one.path.length <= field.path.length &&
  one.path.every((step, index) => {
    const names = [step, ...(one.otherNames?.[index] ?? [])];
    const all = [field.path[index] ?? "", ...(field.otherNames?.[index] ?? [])];
    return names.includes("*") || all.every((name) => names.includes(name));
  });
