// Transpiles every TypeScript file of the house into dist/, one file each, with source maps; under a second.
// dist/ mirrors the tree, so that what runs in production, in tests and at the desk is the same code.
// `--watch` keeps on doing it. Types are checked apart (`npm run check`).
import { existsSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { globSync } from "./glob.mjs";
import { ensureInstalled } from "./install.mjs";
import { root } from "./run.mjs";

const folders = [
  "gen/ts",
  "platform",
  "registry",
  "services",
  "cli",
  "clients/typescript",
  "dev",
  "deploy",
  "conformance",
  "tools",
  "tests",
  "bench",
];

const options = {
  entryPoints: folders.flatMap((folder) => globSync(join(root, folder), ".ts")),
  absWorkingDir: root,
  outdir: join(root, "dist"),
  outbase: root,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
};

/**
 * Removes what was built from a source that is gone. Done after the build and file by file, so that what runs from
 * dist/ meanwhile always finds its modules.
 */
function removeOrphans() {
  for (const path of folders.flatMap((folder) => globSync(join(options.outdir, folder), ".js"))) {
    const source = join(root, relative(options.outdir, path)).replace(/\.js$/, ".ts");
    if (existsSync(source)) continue;
    rmSync(path);
    rmSync(`${path}.map`, { force: true });
  }
}

await ensureInstalled();
const { build, context } = await import("esbuild");
if (process.argv.includes("--watch")) {
  const watched = await context(options);
  await watched.watch();
} else {
  await build(options);
  removeOrphans();
}
