import { create } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { RegistryService } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import {
  type FieldNote,
  FieldNoteSchema,
  type SubjectNotes,
  SubjectNotesSchema,
} from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { jsonOf } from "../show/json.js";
import { safeText, textTable } from "../show/table.js";
import { UserError } from "../target.js";
import { collect } from "./options.js";

interface NotesFlags {
  readonly owner?: string;
  readonly description?: string;
  readonly tag: string[];
  readonly untag: string[];
  readonly property: string[];
  readonly json: boolean;
}

interface FieldFlags {
  readonly pii?: string;
  readonly unit?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly remove: boolean;
  readonly json: boolean;
}

/** What `tideline schemas` does with what people say about an event type and its fields. */
export function addSchemaNotesCommands(schemas: Command, context: CommandContext): void {
  /** The notes of an event type, changed where there is something to change. */
  const changed = async (subject: string, change: ((notes: SubjectNotes) => SubjectNotes) | undefined) => {
    const registry = context.client(RegistryService, "admin");
    const { notes = create(SubjectNotesSchema) } = await registry.getSubject({ subject }, unary);
    if (change === undefined) return notes;
    const answer = await registry.setMetadata({ subject, notes: change(notes) }, unary);
    return answer.notes ?? notes;
  };
  const show = (notes: SubjectNotes, json: boolean) =>
    console.log(json ? jsonOf(SubjectNotesSchema, notes) : notesText(notes));
  schemas
    .command("notes")
    .description("Shows what people say about an event type and its fields, or changes it. Makes no version.")
    .argument("<type>", "the event type")
    .option("--owner <text>", 'who answers for it; "" for nobody')
    .option("--description <text>", 'what it is; "" for nothing')
    .option("--tag <tag>", "adds a tag, may be given again", collect, [])
    .option("--untag <tag>", "takes a tag away, may be given again", collect, [])
    .option(
      "--property <name=value>",
      "sets a property, may be given again; name= takes it away",
      collect,
      [],
    )
    .option("--json", "prints the notes as JSON", false)
    .addHelpText("after", "\nExample:\n  tideline schemas notes purchase --owner shop-team --tag billing")
    .action(async (subject: string, flags: NotesFlags) => {
      const { owner, description, tag, untag, property } = flags;
      const isChange =
        owner !== undefined || description !== undefined || [...tag, ...untag, ...property].length > 0;
      show(await changed(subject, isChange ? (notes) => withNotes(notes, flags) : undefined), flags.json);
    });
  schemas
    .command("field")
    .description("Shows what people say about a field of an event type, or changes it. Makes no version.")
    .argument("<type>", "the event type")
    .argument("<path>", "the field, such as customer.email or items[].price")
    .option("--pii <class>", 'class of personal data, such as email: it acts from then on; "" for none')
    .option("--unit <unit>", 'unit of its values, such as ms; "" for none')
    .option("--description <text>", 'what it is; "" for nothing')
    .option("--deprecated", "it should not be used any more")
    .option("--no-deprecated", "it may be used again")
    .option("--remove", "takes away all that is said about it", false)
    .option("--json", "prints the note as JSON", false)
    .addHelpText("after", "\nExample:\n  tideline schemas field purchase customer.email --pii email")
    .action(async (subject: string, path: string, flags: FieldFlags) => {
      const { pii, unit, description, deprecated, remove, json } = flags;
      const isSaying = [pii, unit, description, deprecated].some((one) => one !== undefined);
      if (remove && isSaying) throw new UserError("say something about the field or --remove, not both");
      const notes = await changed(
        subject,
        remove || isSaying ? (before) => withField(before, path, flags) : undefined,
      );
      const field = notes.fields.find((one) => one.path === path);
      if (json) console.log(jsonOf(FieldNoteSchema, field ?? create(FieldNoteSchema, { path })));
      else console.log(field === undefined ? `nothing is said about ${safeText(path)}` : fieldsText([field]));
    });
}

function withNotes(
  notes: SubjectNotes,
  { owner, description, tag, untag, property }: NotesFlags,
): SubjectNotes {
  const properties = { ...notes.properties };
  for (const pair of property) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UserError(`--property ${pair}: write name=value`);
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (value === "") delete properties[name];
    else properties[name] = value;
  }
  const tags = [...new Set([...notes.tags, ...tag])].filter((one) => !untag.includes(one));
  return {
    ...notes,
    owner: owner ?? notes.owner,
    description: description ?? notes.description,
    tags,
    properties,
  };
}

function withField(notes: SubjectNotes, path: string, flags: FieldFlags): SubjectNotes {
  const { pii, unit, description, deprecated, remove } = flags;
  const at = notes.fields.findIndex((field) => field.path === path);
  const fields = [...notes.fields];
  if (remove) {
    if (at >= 0) fields.splice(at, 1);
    return { ...notes, fields };
  }
  const before = fields[at] ?? create(FieldNoteSchema, { path });
  const field: FieldNote = {
    ...before,
    pii: pii ?? before.pii,
    unit: unit ?? before.unit,
    description: description ?? before.description,
    deprecated: deprecated ?? before.deprecated,
  };
  fields.splice(at < 0 ? fields.length : at, 1, field);
  return { ...notes, fields };
}

function notesText({ owner, description, tags, properties, fields }: SubjectNotes): string {
  const said: [string, string][] = [
    ["owner", owner],
    ["description", description],
    ["tags", tags.join(", ")],
    ...Object.entries(properties),
  ];
  const lines = said
    .filter(([, text]) => text !== "")
    .map(([name, text]) => safeText(`${name}: ${text}`, 1_000));
  if (fields.length > 0) lines.push(fieldsText(fields));
  return lines.length === 0 ? "nothing is said about it" : lines.join("\n");
}

function fieldsText(fields: readonly FieldNote[]): string {
  const rows = fields.map(({ path, pii, unit, deprecated, description }) => [
    safeText(path, 80),
    safeText(pii, 40),
    safeText(unit, 20),
    deprecated ? "deprecated" : "",
    safeText(description, 80),
  ]);
  return textTable(["field", "personal", "unit", "", "description"], rows);
}
