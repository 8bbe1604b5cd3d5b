import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";
import { requireGoModules, requirePython } from "./support/toolchains.js";

/** Imports every generated module, then sends one event through its encoded form. */
const importAll = `
import importlib, pathlib
names = [str(path)[:-3].replace("/", ".") for path in pathlib.Path(".").rglob("*_pb2*.py")]
for name in names: importlib.import_module(name)
from tideline.event.v1 import event_pb2
event = event_pb2.Event.FromString(event_pb2.Event(event_id="a", type="purchase").SerializeToString())
from tideline.ingest.v1 import ingest_service_pb2_grpc
print(len(names), event.type, ingest_service_pb2_grpc.IngestServiceStub.__name__)
`;

function exec(
  command: string,
  args: readonly string[],
  cwd: string,
): { status: number | null; output: string } {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  return { status, output: (stdout + stderr).trim() };
}

describe("generated packages", () => {
  it("of Python import cleanly and carry messages", async function () {
    const python = await requirePython(this);
    const { status, output } = exec(python, ["-W", "error", "-c", importAll], join(repoRoot, "gen/python"));
    expect(status, output).to.equal(0);
    expect(output).to.match(/^\d+ purchase IngestServiceStub$/);
  });

  it("of Go compile and pass vet", async function () {
    this.timeout(180_000);
    const folder = join(repoRoot, "gen/go");
    await requireGoModules(this, folder);
    expect(exec("go", ["vet", "./..."], folder)).to.deep.equal({ status: 0, output: "" });
  });
});
