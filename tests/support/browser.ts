import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "mocha";
import { type Browser, chromium } from "playwright-core";
import { repoRoot } from "../../platform/root.js";
import { skip } from "./missing.js";

const names = ["chromium", "chromium-browser", "google-chrome"];
const installMsMax = 300_000;

function find(): string | undefined {
  for (const name of names) {
    const { status, stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

/** Debian's package, where this process may install it. */
function install(): void {
  if (process.getuid?.() !== 0) return;
  const options = {
    stdio: "ignore",
    timeout: installMsMax,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  } as const;
  const packageOf = () =>
    spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], options);
  if (packageOf().status === 0) return;
  spawnSync("apt-get", ["update", "-q"], options);
  packageOf();
}

/**
 * A headless Chromium. Where the machine has none it is installed from Debian's packages if we may, else the test is
 * skipped (or fails, in CI).
 */
export async function openBrowser(context: Context): Promise<Browser> {
  if (find() === undefined) install();
  const executablePath = find() ?? skip(context, "chromium (Debian's package)");
  // Chromium refuses to run as root with its sandbox; what it opens here is our own page.
  return chromium.launch({
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

/** Where the picture of a page is kept when its test fails. */
export function screenshotPath(title: string): string {
  const folder = join(repoRoot, "dist/test-output");
  mkdirSync(folder, { recursive: true });
  return join(folder, `${title.replaceAll(/\W+/g, "-")}.png`);
}
