// What runs of a stack, read from its folder; for the commands that work before anything is built.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const house = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The stack's folder: TIDELINE_DATA as seen from where npm was called, or .tideline in the project's own folder. */
export const data = process.env.TIDELINE_DATA
  ? resolve(process.env.INIT_CWD ?? process.cwd(), process.env.TIDELINE_DATA)
  : join(house, ".tideline");

/** A JSON file of the stack's folder; undefined where it is not there or was cut short. */
export function readJson(name) {
  try {
    return JSON.parse(readFileSync(join(data, name), "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether this very process runs, and not a later one of the same number. */
export function isAlive({ pid, startedAt }) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return fields[0] !== "Z" && Number(fields[19]) === startedAt;
  } catch {
    if (process.platform === "linux") return false;
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
