import { type Item, MappingError, type Source } from "../record.js";
import { type Line, lineRuns } from "./text-lines.js";

/** What a line of the combined log format says; undefined where it has "-". */
export interface LogRecord {
  readonly ip: string;
  readonly user: string | undefined;
  readonly time: string;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly protocol: string | undefined;
  readonly status: number;
  readonly bytes: number | undefined;
  readonly referrer: string | undefined;
  readonly agent: string | undefined;
}

const FIELDS = [
  "ip",
  "user",
  "time",
  "method",
  "path",
  "protocol",
  "status",
  "bytes",
  "referrer",
  "agent",
] as const;

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const LINE = new RegExp(
  `^(\\S+) \\S+ (\\S+) \\[([^\\]]+)\\] ${QUOTED} (\\d{3}) (\\d+|-)(?: ${QUOTED} ${QUOTED})?\\s*$`,
);

/** Reads one line; undefined where it is not of the format (Apache's "combined", or "common" without its end). */
export function parseLogLine(text: string): LogRecord | undefined {
  const match = LINE.exec(text);
  if (match === null) return undefined;
  const [, ip = "", user, time = "", request = "", status, bytes, referrer, agent] = match;
  // A request that was never understood may be anything, "-" or the bytes of a TLS greeting: then it has no parts.
  const [, method, path, protocol] = /^(\S+) (\S+)(?: (\S+))?$/.exec(request) ?? [];
  return {
    ip,
    user: said(user),
    time,
    method,
    path,
    protocol,
    status: Number(status),
    bytes: bytes === "-" ? undefined : Number(bytes),
    referrer: said(referrer),
    agent: said(agent),
  };
}

function said(text: string | undefined): string | undefined {
  if (text === undefined || text === "-" || text === "") return undefined;
  return text.includes("\\") ? text.replace(/\\(["\\])/g, "$1") : text;
}

/** An access log, one request a line. A line of another form is unreadable; blank lines are passed over. */
export function openCombinedLog(pieces: AsyncIterable<string>): Source {
  return {
    field(path) {
      const field = FIELDS.find((name) => name === path);
      if (field === undefined)
        throw new MappingError(`an access log has no ${path}; it has ${FIELDS.join(", ")}`);
      return (record) => (record as LogRecord)[field];
    },
    fieldsOf: () => FIELDS,
    async *runs() {
      for await (const run of lineRuns(pieces))
        yield run.filter(({ text }) => text?.trim() !== "").map(itemOfLine);
    },
  };
}

function itemOfLine({ line, text }: Line): Item {
  const record = text === undefined ? undefined : parseLogLine(text);
  return record === undefined ? { line, unreadable: "not a line of an access log" } : { line, record };
}
