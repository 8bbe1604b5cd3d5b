// Writes proto/released.binpb: the contracts as they are now become the last released ones, which `npm run check`
// holds later changes against. It is run when a release is made, not to silence a breaking change.
import { ensureInstalled } from "./install.mjs";
import { run } from "./run.mjs";

/** The image of the last released contracts, from the root. */
const released = "proto/released.binpb";

/** Runs a step of the release and stops the process where it fails. */
async function must(command, args) {
  const { code, output } = await run(command, args);
  if (code === 0) return;
  console.error(output);
  process.exit(1);
}

await ensureInstalled();
await must("buf", ["lint", "proto"]);
await must("buf", ["build", "proto", "--exclude-source-info", "--output", released]);
console.log(`${released} holds the contracts as they are now.`);
