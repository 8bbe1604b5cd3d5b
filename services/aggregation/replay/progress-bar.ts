import cliProgress from "cli-progress";

/** Shows on a terminal how far a replay is; elsewhere it says nothing. */
export interface ProgressBar {
  advance(messages: number): void;
  stop(): void;
}

export function showProgress(total: number, stream: NodeJS.WriteStream): ProgressBar {
  if (!stream.isTTY || total === 0) return { advance: () => undefined, stop: () => undefined };
  const format = "  replay [{bar}] {percentage} % of {total} blocks, {eta_formatted} left";
  const bar = new cliProgress.SingleBar({ stream, format, hideCursor: true, clearOnComplete: true });
  bar.start(total, 0);
  let seen = 0;
  return {
    advance: (messages) => {
      seen += messages;
      bar.update(Math.min(seen, total));
    },
    stop: () => bar.stop(),
  };
}
