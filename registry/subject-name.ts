import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";

/** A subject in its context; "." is the default context, others begin with a dot. */
export interface SubjectName {
  readonly context: string;
  readonly subject: string;
}

/** What a configuration or mode belongs to: a subject, or with an empty subject its whole context. */
export type Scope = SubjectName;

export const defaultContext = ".";
/** The context whose configuration and mode stand behind those of every other one; it holds no subjects. */
export const globalContext = ".__GLOBAL";

/** A topic of Kafka has up to 249, and "-value" behind it. */
const subjectBytesMax = 255;
const contextBytesMax = 100;
const CONTROL = /\p{Cc}/u;
const QUALIFIED = /^:(\.[^:]*):(.*)$/s;

const invalid = (message: string): Fault => new Fault(FaultReason.SUBJECT_INVALID, message);

/**
 * Reads a subject as it is written: "name", or ":.context:name". What is written without a context is in `context`.
 * An empty name stands for the context.
 * @throws Fault SUBJECT_INVALID
 */
export function parseScope(text: string, context: string = defaultContext): Scope {
  const match = QUALIFIED.exec(text);
  const name =
    match === null ? { context, subject: text } : { context: match[1] ?? "", subject: match[2] ?? "" };
  if (CONTROL.test(text)) throw invalid("a subject must not hold control characters");
  if (Buffer.byteLength(name.subject) > subjectBytesMax)
    throw invalid(`a subject's name must not be over ${subjectBytesMax} bytes`);
  if (Buffer.byteLength(name.context) > contextBytesMax)
    throw invalid(`a context's name must not be over ${contextBytesMax} bytes`);
  return name;
}

/** The same for what must be a subject. @throws Fault SUBJECT_INVALID */
export function parseSubject(text: string, context: string = defaultContext): SubjectName {
  const name = parseScope(text, context);
  if (name.subject === "") throw invalid("a subject's name must not be empty");
  if (name.context === globalContext) throw invalid("the global context holds no subjects");
  return name;
}

/** A context as it is written in a path: ".ctx", ":.ctx:" or "ctx"; ":.:", "." and "" are the default one. */
export function parseContext(text: string): string {
  const bare = /^:(.*):$/s.exec(text)?.[1] ?? text;
  const context = bare.startsWith(".") ? bare : `.${bare}`;
  return parseScope(`:${context}:`).context;
}

/** The subject as it is shown: without its context where that is the default one. */
export function subjectText({ context, subject }: SubjectName): string {
  return context === defaultContext ? subject : `:${context}:${subject}`;
}

/** Whether a subject was written with its context. */
export function isQualified(text: string): boolean {
  return QUALIFIED.test(text);
}
