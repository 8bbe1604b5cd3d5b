// Clients that nobody here wrote: buf's, which learns the contract from the server's own reflection, and those of other
// languages, generated from the contract. Each sends events through the gateway's gRPC port and reads them back.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { IngestService } from "../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { repoRoot } from "../platform/root.js";
import { makeProject, type TestProject } from "./support/own-project.js";
import { until } from "./support/questions.js";
import { type Ran, runCommand } from "./support/run.js";
import { useStack } from "./support/stack.js";
import { requireGoModules, requirePython } from "./support/toolchains.js";

/** What the programs below tests/clients print. */
interface SendAndRead {
  readonly unary: readonly string[];
  readonly stream: readonly string[];
  readonly stored: Readonly<Record<string, { type: string; properties: unknown; locale: string }>>;
}

const compileMsMax = 180_000;

describe("Clients of others", () => {
  const stack = useStack();
  let project: TestProject;

  before(async () => {
    project = await makeProject(stack.file(), "Clients");
  });

  const newPrefix = () => randomBytes(6).toString("hex");

  function expectSendAndRead(ran: Ran, prefix: string, type: string): void {
    expect(ran.code, ran.stdout + ran.stderr).to.equal(0);
    const said: SendAndRead = JSON.parse(ran.stdout);
    expect(said.unary).to.deep.equal(["OUTCOME_ACCEPTED", "OUTCOME_ACCEPTED"]);
    expect(said.stream).to.deep.equal(["OUTCOME_ACCEPTED", "OUTCOME_ACCEPTED"]);
    const stored = [1, 2, 3, 4].map((number) => [
      `${prefix}-${number}`,
      { type, properties: { number, text: "naïve ☃" }, locale: "de-AT" },
    ]);
    expect(said.stored).to.deep.equal(Object.fromEntries(stored));
  }

  it("buf curl, over gRPC with server reflection", async () => {
    const prefix = newPrefix();
    const call = async (method: string, key: string, request: object) => {
      const url = `http://${stack.file().grpc}/${method}`;
      const header = `authorization: Bearer ${key}`;
      const args = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "-H", header];
      // buf keeps a cache of modules in the home folder, which need not be there to be written to.
      const ran = await runCommand("npx", ["--no-install", "buf", ...args, "-d", "@-", url], {
        stdin: JSON.stringify(request),
      });
      expect(ran.code, ran.stderr).to.equal(0);
      return JSON.parse(ran.stdout);
    };
    const properties = JSON.stringify({ text: "naïve ☃" });
    const event = { eventId: `${prefix}-1`, type: "client_buf", userId: `${prefix}-user`, properties };
    const publish = "tideline.ingest.v1.IngestService/PublishEvents";
    expect(await call(publish, project.keys.ingest, { events: [event] })).to.deep.equal({
      verdicts: [{ outcome: "OUTCOME_ACCEPTED" }],
    });
    const list = "tideline.query.v1.QueryService/ListEvents";
    const found = await until(
      () => call(list, project.keys.query, { userId: `${prefix}-user` }),
      ({ events = [] }) => events.length > 0,
      { what: "the event that buf curl sent" },
    );
    expect(found.events).to.have.length(1);
    expect(found.events[0]).to.include({ eventId: `${prefix}-1`, type: "client_buf", properties });
  });

  it("Python, generated, with grpcio", async function () {
    const python = await requirePython(this);
    const prefix = newPrefix();
    const { ingest, query } = project.keys;
    const program = join(repoRoot, "tests/clients/python/send_and_read.py");
    const ran = await runCommand(python, [program, stack.file().grpc, ingest, query, prefix], {
      env: { PYTHONPATH: join(repoRoot, "gen/python"), PYTHONDONTWRITEBYTECODE: "1" },
    });
    expectSendAndRead(ran, prefix, "client_python");
  });

  it("Go, generated, with grpc-go", async function () {
    this.timeout(compileMsMax + 10_000);
    const cwd = join(repoRoot, "tests/clients/go");
    await requireGoModules(this, cwd);
    const prefix = newPrefix();
    const { ingest, query } = project.keys;
    const ran = await runCommand("go", ["run", ".", stack.file().grpc, ingest, query, prefix], {
      cwd,
      msMax: compileMsMax,
    });
    expectSendAndRead(ran, prefix, "client_go");
  });

  it("Connect over HTTP/2 streams batches both ways through the gateway's HTTP port", async () => {
    const transport = createConnectTransport({ baseUrl: stack.file().http, httpVersion: "2" });
    const client = createClient(IngestService, transport);
    const prefix = newPrefix();
    let answered = 0;
    async function* batches() {
      for (let batch = 1; batch <= 5; batch++) {
        yield { batchId: BigInt(batch), events: [{ eventId: `${prefix}-${batch}`, type: "client_connect" }] };
        // The next goes out once this one is answered: the stream runs both ways at once.
        await until(
          async () => answered,
          (seen) => seen >= batch,
          { what: "an answer to each batch" },
        );
      }
    }
    const headers = { authorization: `Bearer ${project.keys.ingest}` };
    for await (const { batchId, verdicts } of client.publishStream(batches(), { headers })) {
      expect(verdicts.map(({ outcome }) => outcome)).to.deep.equal([Outcome.ACCEPTED]);
      answered = Number(batchId);
    }
    expect(answered).to.equal(5);
  });
});
