import { durationFromMs, type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { AdminService, CreateApiKeyResponseSchema } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { type ApiKey, Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { parseSpan, parseTime } from "../question/range.js";
import { jsonOf } from "../show/json.js";
import { safeText, textTable } from "../show/table.js";
import { UserError } from "../target.js";

interface CreateFlags {
  readonly name: string;
  readonly scopes: string;
  readonly rate: string;
  readonly burst: string;
  readonly expires?: string;
  readonly json: boolean;
}

const scopeOf: ReadonlyMap<string, Scope> = new Map([
  ["ingest", Scope.INGEST],
  ["query", Scope.QUERY],
  ["admin", Scope.ADMIN],
]);

/** `tideline keys` */
export function addKeysCommands(program: Command, context: CommandContext): void {
  const keys = program.command("keys").description("Makes, lists, rotates and revokes a project's API keys.");
  const client = () => context.client(AdminService, "admin");
  keys
    .command("create")
    .description("Makes a key; its secret is shown this once.")
    .requiredOption("-s, --scopes <list>", "ingest, query, admin; several with commas")
    .option("-n, --name <name>", "what people call it", "")
    .option("--rate <n>", "events a second; 0: 10,000", "0")
    .option("--burst <n>", "events at once; 0: as the rate", "0")
    .option("--expires <time>", "when it stops working, such as 2027-01-01")
    .option("--json", "prints the key and its secret as JSON", false)
    .action(async (flags: CreateFlags) => {
      const made = await client().createApiKey(
        {
          projectId: context.options().project ?? "",
          name: flags.name,
          scopes: flags.scopes.split(",").map(parseScope),
          eventsPerSecond: count(flags.rate),
          burst: count(flags.burst),
          ...(flags.expires === undefined
            ? {}
            : { expireTime: timestampFromMs(parseTime(flags.expires, "UTC", Date.now())) }),
        },
        unary,
      );
      if (flags.json) console.log(jsonOf(CreateApiKeyResponseSchema, made));
      else console.log(`key id  ${made.key?.keyId}\nsecret  ${made.secret}`);
    });
  keys
    .command("list")
    .description("Lists the keys, newest first.")
    .option("-a, --all", "revoked and expired ones as well", false)
    .action(async (flags: { all: boolean }) => {
      const found: ApiKey[] = [];
      for (let pageToken = ""; ; ) {
        const request = {
          projectId: context.options().project ?? "",
          includeEnded: flags.all,
          pageSize: 1_000,
          pageToken,
        };
        const page = await client().listApiKeys(request, unary);
        found.push(...page.keys);
        pageToken = page.nextPageToken;
        if (pageToken === "") break;
      }
      console.log(keysTable(found));
    });
  keys
    .command("rotate")
    .description("Makes a key in the place of another, which goes on working for the overlap.")
    .argument("<key-id>", "the key to replace")
    .option("--overlap <span>", "how long the old one goes on, such as 0s, 24h or 30d", "24h")
    .action(async (keyId: string, flags: { overlap: string }) => {
      const overlap = durationFromMs(parseSpan(flags.overlap));
      const { key, secret, replaced } = await client().rotateApiKey({ keyId, overlap }, unary);
      console.log(`key id  ${key?.keyId}\nsecret  ${secret}\nthe old key ends ${time(replaced?.expireTime)}`);
    });
  keys
    .command("revoke")
    .description("Ends a key; it stops working everywhere within 5 seconds.")
    .argument("<key-id>", "the key")
    .action(async (keyId: string) => {
      const { key } = await client().revokeApiKey({ keyId }, unary);
      console.log(`revoked ${key?.keyId} at ${time(key?.revokeTime)}`);
    });
}

function parseScope(word: string): Scope {
  const scope = scopeOf.get(word.trim());
  if (scope === undefined) throw new UserError(`--scopes ${word}: one of ${[...scopeOf.keys()].join(", ")}`);
  return scope;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new UserError(`${text}: a whole number`);
  return value;
}

function time(stamp: Timestamp | undefined): string {
  return stamp === undefined ? "" : new Date(timestampMs(stamp)).toISOString().slice(0, 16).replace("T", " ");
}

function keysTable(keys: readonly ApiKey[]): string {
  const rows = keys.map((key) => [
    key.keyId,
    safeText(key.name, 40),
    key.scopes.map((scope) => (Scope[scope] ?? "").toLowerCase()).join(","),
    key.hint,
    key.eventsPerSecond === 0 ? "10,000/s" : `${key.eventsPerSecond.toLocaleString("en")}/s`,
    time(key.createTime),
    time(key.lastUseTime),
    key.revokeTime === undefined ? time(key.expireTime) : `revoked ${time(key.revokeTime)}`,
  ]);
  return textTable(["key id", "name", "scopes", "hint", "rate", "made", "last used", "ends"], rows);
}
