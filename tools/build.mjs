// Transpiles every TypeScript file of the house into dist/, one file each, with source maps; under a second.
// dist/ mirrors the tree, so that what runs in production, in tests and at the desk is the same code.
// `--watch` keeps on doing it. Types are checked apart (`npm run check`).
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { globSync } from "./glob.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folders = [
  "gen/ts",
  "platform",
  "registry",
  "services",
  "cli",
  "dev",
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

if (process.argv.includes("--watch")) {
  const watched = await context(options);
  await watched.watch();
} else {
  rmSync(options.outdir, { recursive: true, force: true });
  await build(options);
}
