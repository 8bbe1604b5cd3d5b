// What becomes of personal values before an event is stored anywhere: hashed, truncated, dropped or sealed, as the
// project says for their class. Pure but for the nonce of what is sealed.
import { PersonalDataAction } from "../gen/ts/tideline/admin/v1/project_pb.js";
import { truncateIp } from "../platform/ip.js";
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../platform/json/exact.js";
import type { ProjectSecrets } from "../platform/project-secrets.js";
import type { PersonalField } from "./personal.js";
import { replacePersonal } from "./personal-places.js";

/** A project's word on its personal data, and the keys to do it with. */
export interface Protection {
  readonly projectId: string;
  readonly secrets: ProjectSecrets;
  /** By class. */
  readonly actions: Readonly<Record<string, PersonalDataAction>>;
  /** For classes that are not named. */
  readonly otherwise: PersonalDataAction;
  /** Values that have the form of protected ones are left as they are: they come from the log. */
  readonly again?: boolean;
}

/** How a sealed value stands in properties. */
const sealedPrefix = "sealed:";

/**
 * The text of properties with their personal values replaced. The text has passed `checkJsonObject` and its schema;
 * what comes out need not: a number that is hashed is a text.
 */
export function protectPersonal(
  text: Uint8Array,
  fields: readonly PersonalField[],
  protection: Protection,
): Uint8Array {
  if (fields.length === 0) return text;
  const properties = parseExact(Buffer.from(text.buffer, text.byteOffset, text.length).toString());
  const replace = (value: ExactValue, personalClass: string): ExactValue | undefined => {
    const action = Object.hasOwn(protection.actions, personalClass)
      ? protection.actions[personalClass]
      : protection.otherwise;
    return protection.again === true && isProtected(value, action) ? value : act(value, action, protection);
  };
  return Buffer.from(stringifyExact(replacePersonal(properties, fields, { replace })));
}

/** The JSON text that was sealed; undefined where the value is not sealed for this project. */
export function openSealed(secrets: ProjectSecrets, projectId: string, value: string): string | undefined {
  if (!value.startsWith(sealedPrefix)) return undefined;
  return secrets.open(projectId, Buffer.from(value.slice(sealedPrefix.length), "base64url"))?.toString();
}

/** The forms that `act` gives; what it leaves as it is when it acts twice needs none. */
const hashed = /^[\w-]{22}$/;
const shortened = /^(?:.?…|\d{4}|)$/su;

function isProtected(value: ExactValue, action: PersonalDataAction | undefined): boolean {
  if (typeof value !== "string" || action === PersonalDataAction.DROP) return false;
  if (action === PersonalDataAction.TRUNCATE) return shortened.test(value);
  if (action === PersonalDataAction.ENCRYPT) return value.startsWith(sealedPrefix);
  return hashed.test(value);
}

const act = (
  value: ExactValue,
  action: PersonalDataAction | undefined,
  { projectId, secrets }: Protection,
): ExactValue | undefined => {
  if (action === PersonalDataAction.DROP) return undefined;
  // That a value is not there is no personal value.
  if (value === null) return null;
  if (action === PersonalDataAction.TRUNCATE) return truncated(value);
  const text = typeof value === "string" ? value : stringifyExact(value);
  if (action !== PersonalDataAction.ENCRYPT) return secrets.hash(projectId, text);
  const sealed = secrets.seal(projectId, Buffer.from(stringifyExact(value)));
  return sealedPrefix + sealed.toString("base64url");
};

const date = /^\d{4}-\d{2}-\d{2}(?:[Tt ].*)?$/;

const truncated = (value: ExactValue): ExactValue | undefined => {
  if (typeof value === "string") return truncatedText(value);
  if (typeof value === "number") return firstDigit(value);
  if (value instanceof ExactNumber) return firstDigit(Number(value.text));
  if (Array.isArray(value)) return value.map((item) => truncated(item) ?? null);
  if (!(value instanceof Map)) return undefined; // Half of a yes is a yes.
  const members = [...value].map(([name, member]) => [name, truncated(member)] as const);
  return new Map(members.filter((member): member is [string, ExactValue] => member[1] !== undefined));
};

const truncatedText = (text: string): string => {
  const network = truncateIp(text);
  if (network !== undefined) return network;
  if (date.test(text)) return text.slice(0, 4);
  const [first = ""] = text;
  return first.length === text.length ? "" : `${first}…`;
};

/** 43,210 becomes 40,000: one digit and the order of magnitude. */
const firstDigit = (value: number): number => {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const magnitude = 10 ** Math.floor(Math.log10(Math.abs(value)));
  const rounded = Math.trunc(value / magnitude) * magnitude;
  return Number(rounded.toPrecision(1));
};
