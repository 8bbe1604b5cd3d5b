import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { Event as LogEvent } from "../gen/ts/tideline/pipeline/v1/block_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { repoRoot } from "../platform/root.js";
import { type IngestionStand, startIngestionStand } from "../tests/support/ingestion-stand.js";
import type { TestProject } from "../tests/support/projects.js";
import { registerSchema } from "../tests/support/schemas.js";

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the command line", function () {
  this.timeout(60_000);
  let stand: IngestionStand;
  let of: TestProject;
  let folder: string;

  before(async () => {
    stand = await startIngestionStand();
  });
  beforeEach(async () => {
    of = await stand.project({ eventsPerSecond: 1_000_000 });
    folder = await mkdtemp(join(tmpdir(), "tideline-cli-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  after(() => stand.stop());

  function start(
    args: readonly string[],
    more: { url?: string; key?: string; input?: string } = {},
  ): ChildProcess {
    const { url = `127.0.0.1:${stand.service.grpcPort}`, key = of.secret, input = "" } = more;
    const env = { PATH: process.env["PATH"], TIDELINE_DATA: folder, TIDELINE_URL: url, TIDELINE_KEY: key };
    const child = spawn(process.execPath, [join(repoRoot, "dist/cli/main.js"), ...args], { env });
    child.stdin.end(input);
    return child;
  }

  async function ended(child: ChildProcess): Promise<Ran> {
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.on("data", (chunk: Buffer) => {
        said[stream] += chunk.toString();
      });
    }
    const [code] = await once(child, "close");
    return { code, ...said };
  }

  const run = (args: readonly string[], more = {}) => ended(start(args, more));

  async function file(name: string, content: string | Buffer): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  /** The log's events by their ids, read anew while there are too few: a slow machine cuts a reading short. */
  async function logged(count: number): Promise<Map<string, LogEvent>> {
    for (let tries = 1; ; tries++) {
      const found = new Map((await stand.logged(of)).map((event) => [event.eventId, event]));
      if (found.size >= count || tries === 5) return found;
    }
  }

  const logLine = (path: string) =>
    `1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET ${path} HTTP/1.1" 200 7 "-" "curl/7"`;

  it("sends one event, or those on stdin, and says by its exit code whether all were taken", async () => {
    const one = await run([
      "send",
      "purchase",
      "--id",
      "s1",
      "--user",
      "ada",
      "-p",
      "amount=19.90",
      "-p",
      "note=a b",
    ]);
    expect(one.code, one.stderr).to.equal(0);
    const two = '{"type":"t","eventId":"s2","properties":{"n":1}}\n{"type":"t","eventId":"s3"}\n';
    const many = await run(["send", "--json"], { input: two });
    expect(JSON.parse(many.stdout).lines).to.deep.equal([
      { outcome: "accepted", reason: "", count: 2, examples: [] },
    ]);
    const future = await run(["send", "t", "--time", "2100-01-01T00:00:00Z"]);
    expect([future.code, future.stdout]).to.satisfy(([code, text]: [number, string]) => {
      return code === 2 && text.includes("EVENT_TIME_IN_FUTURE");
    });
    const log = await stand.logged(of);
    expect(log.map(({ eventId, properties }) => [eventId, properties])).to.deep.equal([
      ["s1", '{"amount":19.9,"note":"a b"}'],
      ["s2", '{"n":1}'],
      ["s3", "{}"],
    ]);
  });

  it("sends what it can read of stdin, and says which lines it can't", async () => {
    const lines = [
      '{"type":"t","eventId":"l1"}',
      "nonsense",
      "",
      '{"type":"t","eventId":"l4","colour":1}',
      "[1]",
    ];
    const ran = await run(["send", "--json"], {
      input: [...lines, '{"type":"t","eventId":"l6"}'].join("\n"),
    });
    expect([ran.code, ran.stderr.trimEnd().split("\n")]).to.deep.equal([
      3,
      [
        "tideline: line 2: not valid JSON; not sent",
        'tideline: line 4: an event has no field "colour"; not sent',
        "tideline: line 5: not a JSON object; not sent",
      ],
    ]);
    expect(JSON.parse(ran.stdout).eventIds).to.deep.equal(["l1", "l6"]);
    const list = await run(["send"], { input: '[{"type":"t","eventId":"l7"},5]' });
    expect([list.code, list.stderr.trimEnd()]).to.deep.equal([
      3,
      "tideline: event 2: not a JSON object; not sent",
    ]);
    expect([...(await logged(3)).keys()]).to.have.members(["l1", "l6", "l7"]);
  });

  it("says its version, helps with any command, and looks at the machine where there is no stack", async () => {
    const version = await run(["--version"]);
    expect([version.code, version.stdout.trim()]).to.deep.equal([0, "0.1.0"]);
    const help = await run(["help", "keys", "create"]);
    expect([help.code, help.stdout]).to.satisfy(([code, text]: [number, string]) => {
      return code === 0 && text.includes("--scopes") && text.includes("--json");
    });
    const whole = await run(["help"]);
    expect([whole.code, whole.stdout.includes("Commands:")]).to.deep.equal([0, true]);
    const doctor = await run(["doctor", "--json"]);
    expect(doctor.code).to.equal(1);
    const findings = JSON.parse(doctor.stdout) as { about: string; level: string; text: string }[];
    const about = ["node", "nats-server", "redis-server", "haproxy", "stack"];
    expect(findings.map((finding) => finding.about)).to.deep.equal(about);
    expect(findings.at(-1))
      .to.include({ level: "fail" })
      .and.have.property("text")
      .that.includes("npm start");
  });

  it("says every few seconds how far an import is where nobody sees a bar", async () => {
    of = await stand.project({ eventsPerSecond: 2_000, burst: 2_000 });
    const rows = Array.from({ length: 14_000 }, (_, index) => `{"id":"${index}"}`);
    const event = { event_id: "id", type: { const: "row" } };
    const mapping = await file("mapping.json", JSON.stringify({ format: "ndjson", event }));
    const ran = await run([
      "import",
      "--in-flight",
      "1",
      "--mapping",
      mapping,
      await file("rows.ndjson", rows.join("\n")),
    ]);
    expect(ran.code, ran.stderr).to.equal(0);
    expect(ran.stderr).to.match(/rows\.ndjson: \d+%, [\d,]+ events, [\d,]+\/s, \d+ s left\n/);
  });

  it("imports a gzipped access log, reports the line it can't read, and nothing is counted twice", async () => {
    const lines = Array.from({ length: 2_500 }, (_, index) =>
      index === 1_233 ? "nonsense" : logLine(`/${index}`),
    );
    const path = await file("access.log.gz", gzipSync(lines.join("\n")));
    const args = ["import", "--preset", "combined-log", path];
    const first = await run(args);
    expect(first.code, first.stderr).to.equal(3);
    expect(first.stdout).to.include("line 1234").and.include("2,499 events");
    const log = await logged(2_499);
    expect(log.get("access.log:1")).to.include({ userAgent: "curl/7", ip: "1.2.3.0", pageUrl: "/0" });
    expect(log.size).to.equal(2_499);
    const again = await run([...args, "--json"]);
    expect(again.code, again.stderr).to.equal(3);
    expect(await readdir(join(folder, "imports")).catch(() => [])).to.deep.equal([]);
  });

  it("goes on where an import was stopped, with the counters of the records before", async () => {
    // A key that takes some seconds for all of it, so that the stop comes in the middle on any machine.
    of = await stand.project({ eventsPerSecond: 20_000, burst: 20_000 });
    const rows = Array.from({ length: 120_000 }, (_, index) => `${index % 7},${index}`);
    const path = await file("rows.csv", `group,n\n${rows.join("\n")}\n`);
    const mapping = await file(
      "mapping.json",
      JSON.stringify({
        format: "csv",
        event: {
          event_id: { concat: ["group", { const: "-" }, { counter: "group" }] },
          type: { const: "row" },
        },
        properties: { n: { integer: "n" } },
      }),
    );
    const child = start(["import", "--mapping", mapping, path]);
    const stopped = ended(child);
    const checkpoints = () => readdir(join(folder, "imports")).catch(() => []);
    while ((await checkpoints()).length === 0 && child.exitCode === null) await sleep(20);
    child.kill("SIGINT");
    const { code, stderr } = await stopped;
    expect(code, stderr).to.equal(130);
    expect(stderr).to.include("run the same command again to go on");
    const finished = await run(["import", "--mapping", mapping, path]);
    expect(finished.code, finished.stderr).to.equal(0);
    expect(finished.stderr).to.match(/goes on after [1-9]\d+ records/);
    expect(finished.stdout).to.include("120,000 events");
    const ids = await logged(120_000);
    expect(ids.size).to.equal(120_000);
    expect(ids.get("1-17143")?.properties).to.equal('{"n":119995}');
  });

  it("says what was quarantined and why, with its lines", async () => {
    const text = JSON.stringify({ type: "object", properties: { n: { type: "number" } } });
    await registerSchema(stand.pool, {
      projectId: of.projectId,
      subject: "row",
      kind: SchemaKind.JSON_SCHEMA,
      text,
    });
    const mapping = await file(
      "mapping.json",
      JSON.stringify({
        format: "ndjson",
        event: { event_id: "id", type: { const: "row" } },
        rest: { except: ["id"] },
      }),
    );
    const path = await file("rows.ndjson", '{"id":"1","n":1}\n{"id":"2","n":"x"}\n{"id":"3","n":3}\n');
    const ran = await run(["import", "--mapping", mapping, path]);
    expect(ran.code, ran.stderr).to.equal(2);
    expect(ran.stdout).to.include("EVENT_SCHEMA_VIOLATION").and.include("line 2: properties.n");
  });

  it("says in one line what is wrong and what to do", async () => {
    const path = await file("a.csv", "a,b\n1,2\n");
    const access = await file("access.log", logLine("/"));
    const cases: [string[], object, string][] = [
      [["import", "--preset", "nope", path], {}, "online-retail"],
      [["import", "--preset", "cdnow", join(folder, "none")], {}, "no such file"],
      [["import", path], {}, "--preset"],
      [["import", "--preset", "online-retail", path], {}, "InvoiceNo"],
      [["import", "--preset", "combined-log", access], { key: `tl_${"x".repeat(32)}` }, "unknown key"],
      [["send", "t"], { url: "127.0.0.1:9" }, "does not answer"],
      [["send", "t", "-p", "nope"], {}, "name=value"],
      [["send"], { input: "{" }, "line 1"],
      [["help", "nope"], {}, "no command nope"],
      [["help", "keys", "nope"], {}, "no command keys nope"],
      [["query"], { url: "127.0.0.1:9" }, "does not answer"],
      [["query", "-m", "mode"], {}, "count, users"],
    ];
    for (const [args, more, said] of cases) {
      const { code, stderr } = await run(args, more);
      expect([code, stderr.includes(said)], `${args.join(" ")}: ${stderr}`).to.deep.equal([1, true]);
      expect(
        stderr
          .trimEnd()
          .split("\n")
          .filter((line) => line.startsWith("tideline: ")),
      ).to.have.length(1);
    }
  });
});
