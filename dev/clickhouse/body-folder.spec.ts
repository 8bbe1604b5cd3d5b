import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { identify } from "../processes/process-table.js";
import { takeBodyFolder } from "./body-folder.js";

describe("the folder of bodies", () => {
  let shared: string;
  beforeEach(() => {
    shared = mkdtempSync(join(tmpdir(), "tideline-shm-"));
  });
  afterEach(() => rmSync(shared, { recursive: true, force: true }));

  const named = (digit: string): string => join(shared, `tideline-${digit.repeat(16)}`);

  it("is empty at start, and removes those of engines that are gone, and no others", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    const identity = identify(child.pid ?? 0);
    takeBodyFolder(named("a"));
    const own = JSON.parse(readFileSync(join(named("a"), "owner.json"), "utf8"));
    expect(own).to.include({ pid: process.pid });
    // One whose engine runs, one of another machine's numbers, one that was left by hand; then all kinds of strangers.
    for (const [digit, owner] of Object.entries({
      b: { ...identity, namespace: own.namespace },
      c: { pid: 1, startedAt: 1, namespace: "pid:[1]" },
      d: { pid: process.pid, startedAt: own.startedAt + 1, namespace: own.namespace },
    })) {
      mkdirSync(named(digit));
      writeFileSync(join(named(digit), "owner.json"), JSON.stringify(owner));
      writeFileSync(join(named(digit), "insert-1.data"), "x");
    }
    mkdirSync(named("e"));
    mkdirSync(named("f"));
    utimesSync(named("f"), 1, 1);
    mkdirSync(join(shared, "tideline-else"));
    utimesSync(join(shared, "tideline-else"), 1, 1);

    takeBodyFolder(named("0"));
    const left = (): string[] => readdirSync(shared).map((name) => name.replace("tideline-", "").slice(0, 4));
    expect(left()).to.have.members(["0000", "aaaa", "bbbb", "cccc", "eeee", "else"]);

    child.kill("SIGKILL");
    await once(child, "exit");
    writeFileSync(join(named("0"), "insert-2.data"), "x");
    takeBodyFolder(named("0"));
    expect(left()).to.have.members(["0000", "aaaa", "cccc", "eeee", "else"]);
    expect(existsSync(join(named("0"), "insert-2.data"))).to.equal(false);
  });
});
