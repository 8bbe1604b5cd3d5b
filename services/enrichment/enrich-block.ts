import type { ClaimHasher, PackedIds } from "../../platform/claims.js";
import { IdPacker } from "../../platform/claims.js";
import { type LocalTime, localTime } from "../../platform/local-time.js";
import { FieldWriter, WireCursor, WireType } from "../../platform/wire.js";
import { amountOf, type WantedProperty } from "./amount.js";
import { BlockIds } from "./block-ids.js";
import { type EnrichInput, type Enrichment, enrich } from "./enrichers/enrich.js";
import type { GeoTable } from "./enrichers/geo.js";
import { added, EventFields, field } from "./event-fields.js";

/** Number of the events in tideline.pipeline.v1.Block. */
const blockEvents = 1;
/** What enrichment adds to an event, at the most usual. */
const addedBytes = 160;

/** What a project decides about its events. */
export interface ProjectRules {
  readonly timeZone: string;
  readonly amount: WantedProperty;
}

/** A block as RAW has it. */
export interface RawBlock {
  /** Its sequence in RAW. */
  readonly position: number;
  readonly partition: number;
  readonly project: string;
  readonly receivedMs: number;
  readonly data: Uint8Array;
}

/** An event that can't be enriched. */
export interface PoisonedEvent {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly cause: unknown;
}

/** A block with all its events enriched, before it is known which of them are copies. */
export interface EnrichedBlock {
  readonly raw: RawBlock;
  /** Events in the block, poisoned ones as well. */
  readonly events: number;
  /** The enriched events as items of a Block, one after the other; poisoned ones are missing. */
  readonly bytes: Uint8Array;
  /** Where each event ends in `bytes`. */
  readonly ends: Int32Array;
  /** The ids to be claimed, and the event of each: the first, or the one that replaces what was in the log before. */
  readonly ids: PackedIds;
  readonly firstEvents: Int32Array;
  /** Events with an id that another of the same block stands for. */
  readonly copies: readonly { readonly index: number; readonly isConflict: boolean }[];
  readonly poisoned: readonly PoisonedEvent[];
  /** Reads what tells copies from an event; `replaces` is the raw sequence of what it replaces, else 0. */
  identity(index: number): { readonly id: string; readonly payloadHash: bigint; readonly replaces: number };
}

const systemTypes = ["identify", "alias", "traits"].map((type) => Buffer.from(type));

/**
 * Adds the fields of enrichment to the events of a block: a function of the block, the project's rules and the geo
 * table alone. The bytes of an event are kept and continued. An event that fails is set aside, whatever the cause.
 */
export class BlockEnricher {
  readonly #geo: GeoTable;
  readonly #hasher: ClaimHasher;
  readonly #fields = new EventFields();
  readonly #added = new FieldWriter(1_024);
  readonly #local: LocalTime = { date: 0, hour: 0, weekday: 0 };

  constructor({ geo, hasher }: { geo: GeoTable; hasher: ClaimHasher }) {
    this.#geo = geo;
    this.#hasher = hasher;
  }

  enrich(raw: RawBlock, rules: ProjectRules): EnrichedBlock {
    const data = Buffer.from(raw.data.buffer, raw.data.byteOffset, raw.data.length);
    const { spans, broken } = spansOf(data);
    const count = spans.length / 2;
    const project = Buffer.from(raw.project);
    const out = new FieldWriter(data.length + (count + 1) * addedBytes);
    const ends = new Int32Array(count + (broken === undefined ? 0 : 1));
    const ids = new BlockIds(data, count);
    const packer = new IdPacker(this.#hasher, count);
    const firstEvents = new Int32Array(count);
    const copies: { index: number; isConflict: boolean }[] = [];
    const poisoned: PoisonedEvent[] = [];
    const payloads = new Int32Array(count);
    const replaced = new Float64Array(count);

    for (let index = 0; index < count; index++) {
      const start = spans[index * 2] ?? 0;
      const end = spans[index * 2 + 1] ?? 0;
      const before = out.length;
      try {
        this.#fields.scan(data, start, end);
        this.#mustBelong(raw, project);
        this.#write(raw, index, rules, data);
        const known = this.#identify(raw.project, data, ids, packer);
        const payload = this.#fields.start(field.payloadHash);
        const { replaces } = this.#fields;
        const isConflict = !known.isNew && !isSamePayload(data, payloads[known.number] ?? 0, payload);
        // What replaces an event is no copy of one, wherever it stands: the same choice each time the block is read.
        const isChosen = known.isNew || replaces > (replaced[known.number] ?? 0);
        if (!known.isNew)
          copies.push({ index: isChosen ? (firstEvents[known.number] ?? 0) : index, isConflict });
        if (isChosen) {
          firstEvents[known.number] = index;
          payloads[known.number] = payload;
          replaced[known.number] = replaces;
        }
        out.joined(blockEvents, data.subarray(start, end), this.#added.view());
      } catch (cause) {
        out.reset(before);
        poisoned.push({ index, bytes: data.subarray(start, end), cause });
      }
      ends[index] = out.length;
    }
    if (broken !== undefined) {
      ends[count] = out.length;
      poisoned.push({ index: count, bytes: broken.rest, cause: broken.cause });
    }
    return {
      raw,
      events: ends.length,
      bytes: out.view(),
      ends,
      ids: packer.done(),
      firstEvents,
      copies,
      poisoned,
      identity: (index) => {
        this.#fields.scan(data, spans[index * 2] ?? 0, spans[index * 2 + 1] ?? 0);
        const { replaces } = this.#fields;
        return { id: this.#fields.text(field.eventId), payloadHash: this.#fields.payloadHash(), replaces };
      },
    };
  }

  /** A block of one project must not bring events of another. */
  #mustBelong(raw: RawBlock, project: Uint8Array): void {
    const fields = this.#fields;
    if (!fields.equals(field.projectId, project)) throw new Error("the event is of another project");
    if (fields.partition !== raw.partition) throw new Error("the event is of another partition");
    if (fields.isEmpty(field.eventId)) throw new Error("the event has no id");
  }

  #identify(project: string, data: Buffer, ids: BlockIds, packer: IdPacker) {
    const start = this.#fields.start(field.eventId);
    const end = this.#fields.end(field.eventId);
    const words = this.#hasher.words(project, data, start, end);
    const known = ids.add(words, start, end);
    if (known.isNew) packer.add(words);
    return known;
  }

  /** Writes what is added to the event at hand. Defaults are left out, as everywhere in proto3. */
  #write(raw: RawBlock, index: number, rules: ProjectRules, data: Buffer): void {
    const fields = this.#fields;
    const writer = this.#added.reset().uint(added.rawSequence, raw.position);
    if (index > 0) writer.uint(added.rawIndex, index);
    writeEnrichment(writer, enrich(this.#geo, this.#input()));
    const { date, hour } = localTime(rules.timeZone, fields.timeMs, this.#local);
    if (date !== 0) writer.int(added.localDate, date);
    if (hour !== 0) writer.uint(added.localHour, hour);
    if (systemTypes.some((type) => fields.equals(field.type, type))) writer.bool(added.isSystem, true);
    const visitor = fields.isEmpty(field.userId) ? field.anonymousId : field.userId;
    if (!fields.isEmpty(visitor)) {
      writer.part(added.visitorId, data, fields.start(visitor), fields.end(visitor));
    }
    const properties = {
      bytes: data,
      start: fields.start(field.properties),
      end: fields.end(field.properties),
    };
    const amount = amountOf(properties, rules.amount);
    if (amount !== 0) writer.double(added.amount, amount);
  }

  #input(): EnrichInput {
    const fields = this.#fields;
    const hasCampaign =
      fields.end(field.campaignSource) +
        fields.end(field.campaignMedium) +
        fields.end(field.campaignName) +
        fields.end(field.campaignTerm) +
        fields.end(field.campaignContent) >
      0;
    return {
      ip: fields.text(field.ip),
      userAgent: fields.text(field.userAgent),
      referrer: fields.text(field.referrer),
      pageUrl: fields.text(field.pageUrl),
      campaign: hasCampaign
        ? {
            source: fields.text(field.campaignSource),
            medium: fields.text(field.campaignMedium),
            name: fields.text(field.campaignName),
            term: fields.text(field.campaignTerm),
            content: fields.text(field.campaignContent),
          }
        : undefined,
    };
  }
}

/** Whether two payload hashes, by where they are in the block, are the same; 0: there is none. */
function isSamePayload(data: Buffer, one: number, other: number): boolean {
  if (one === 0 || other === 0) return one === other;
  return data.compare(data, one, one + 8, other, other + 8) === 0;
}

/** Written out: reading properties by computed names costs a microsecond an event. */
function writeEnrichment(writer: FieldWriter, enriched: Enrichment): void {
  if (enriched.country !== "") writer.string(added.country, enriched.country);
  if (enriched.region !== "") writer.string(added.region, enriched.region);
  if (enriched.city !== "") writer.string(added.city, enriched.city);
  if (enriched.browser !== "") writer.string(added.browser, enriched.browser);
  if (enriched.browserVersion !== "") writer.string(added.browserVersion, enriched.browserVersion);
  if (enriched.os !== "") writer.string(added.os, enriched.os);
  if (enriched.osVersion !== "") writer.string(added.osVersion, enriched.osVersion);
  if (enriched.deviceClass !== "") writer.string(added.deviceClass, enriched.deviceClass);
  if (enriched.deviceFamily !== "") writer.string(added.deviceFamily, enriched.deviceFamily);
  if (enriched.isBot) writer.bool(added.isBot, true);
  if (enriched.referrerClass !== "") writer.string(added.referrerClass, enriched.referrerClass);
  if (enriched.referrerSource !== "") writer.string(added.referrerSource, enriched.referrerSource);
  if (enriched.utmSource !== "") writer.string(added.utmSource, enriched.utmSource);
  if (enriched.utmMedium !== "") writer.string(added.utmMedium, enriched.utmMedium);
  if (enriched.utmCampaign !== "") writer.string(added.utmCampaign, enriched.utmCampaign);
  if (enriched.utmTerm !== "") writer.string(added.utmTerm, enriched.utmTerm);
  if (enriched.utmContent !== "") writer.string(added.utmContent, enriched.utmContent);
  if (enriched.clickIdKind !== "") writer.string(added.clickIdKind, enriched.clickIdKind);
  if (enriched.pageHost !== "") writer.string(added.pageHost, enriched.pageHost);
  if (enriched.pagePath !== "") writer.string(added.pagePath, enriched.pagePath);
}

/** Start and end of each event; where the block can't be split further, what is left of it. */
function spansOf(data: Buffer): { spans: number[]; broken?: { rest: Uint8Array; cause: unknown } } {
  const spans: number[] = [];
  const cursor = new WireCursor().reset(data);
  let at = 0;
  try {
    while (cursor.next()) {
      at = cursor.end;
      if (cursor.field === blockEvents && cursor.wireType === WireType.bytes) {
        spans.push(cursor.start, cursor.end);
      }
    }
    return { spans };
  } catch (cause) {
    return { spans, broken: { rest: data.subarray(at), cause } };
  }
}
