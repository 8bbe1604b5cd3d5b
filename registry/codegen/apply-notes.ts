// What people say about an event type beside its schema: it stands in the docs where the schema says nothing itself.
import type { EventModel, Field, RecordType, Remarks, SubjectRemarks, ValueType } from "./model.js";
import { remarksOf } from "./remarks.js";

/** The event with the notes in its remarks. Notes of fields that it does not have are passed over. */
export function applyNotes(event: EventModel, { description, fields }: SubjectRemarks): EventModel {
  const { root } = event;
  for (const { path, ...note } of fields) {
    const remarks = remarksOf({
      description: note.description,
      unit: note.unit,
      pii: note.pii,
      deprecated: note.deprecated,
    });
    noteField(root, path.replaceAll("[]", ".*").split("."), remarks);
  }
  if (description === "" || root.remarks.doc !== "") return event;
  // Types that hold the event itself refer to this very record.
  Object.assign(root, {
    remarks: { ...root.remarks, ...remarksOf({ description }), facts: root.remarks.facts },
  });
  return event;
}

function noteField(record: RecordType, [name = "", ...rest]: readonly string[], remarks: Remarks): void {
  record.fields.forEach((field, index) => {
    const branch =
      field.type.kind === "named" && field.type.type.kind === "union" ? field.type.type.branches : [];
    const member = branch.find(({ wire }) => wire === name);
    if (member !== undefined && rest.length > 0) noteType(member.type, rest, remarks);
    else if (member !== undefined) record.fields[index] = withMember(field, name, remarks);
    else if (field.wire !== name) return;
    else if (rest.length > 0) noteType(field.type, rest, remarks);
    else record.fields[index] = { ...field, remarks: joined(field.remarks, remarks) };
  });
}

function noteType(type: ValueType, path: readonly string[], remarks: Remarks): void {
  if (type.kind === "nullable") noteType(type.value, path, remarks);
  else if ((type.kind === "array" || type.kind === "map") && path[0] === "*" && path.length > 1)
    noteType(type.kind === "array" ? type.items : type.values, path.slice(1), remarks);
  else if (type.kind !== "named") return;
  else if (type.type.kind === "record") noteField(type.type, path, remarks);
  else if (type.type.kind === "union") {
    for (const branch of type.type.branches) noteType(branch.type, path, remarks);
  }
}

/** The first word of a fact says what it is about. */
const topicOf = (fact: string): string => fact.split(/[ :.]/, 1)[0] ?? "";

/** The schema's remarks come first. */
const joined = (own: Remarks, noted: Remarks): Remarks => {
  const known = new Set(own.facts.map(topicOf));
  return {
    doc: own.doc === "" ? noted.doc : own.doc,
    deprecated: own.deprecated ?? noted.deprecated,
    facts: [...noted.facts.filter((fact) => !known.has(topicOf(fact))), ...own.facts],
  };
};

/** The members of a oneof have no docs but those of its field. */
const withMember = (field: Field, name: string, { doc, deprecated, facts }: Remarks): Field => {
  const said = [doc.replace(/\s+/g, " "), ...(deprecated === undefined ? [] : ["Deprecated."]), ...facts];
  const more = said.filter((one) => one !== "").map((one) => `${name}: ${one}`);
  const own = new Set(field.remarks.facts);
  const added = more.filter((fact) => !own.has(fact));
  return { ...field, remarks: { ...field.remarks, facts: [...field.remarks.facts, ...added] } };
};
