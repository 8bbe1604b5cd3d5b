import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Finding, fail, ok, warn } from "./finding.js";

/** What a start would need. */
const programs = ["nats-server", "redis-server", "haproxy"];
/** Folders that hold servers but are on the PATH of root only. */
const moreFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Without a stack there is little to look at: why there is none, and which of its programs this machine has. */
export function examineMachine(why: string, searchPath: string): Finding[] {
  const folders = [...searchPath.split(delimiter).filter((folder) => folder !== ""), ...moreFolders];
  const found = programs.map((program): Finding => {
    const folder = folders.find((one) => existsSync(join(one, program)));
    if (folder !== undefined) return ok(program, join(folder, program));
    return warn(program, "not found; npm start installs it where it has apt and root");
  });
  return [ok("node", process.version), ...found, fail("stack", why)];
}
