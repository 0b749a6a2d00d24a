/**
 * Progress of work over rows, on a terminal.
 */

import process from "node:process";

/** Follows work in steps; off a terminal it does nothing. */
export interface RowProgress {
  readonly isShown: boolean;
  /** Begins a step of so many rows. */
  begin(step: string, rows: number): void;
  /** How many rows of the step are done. */
  readonly update: (rows: number) => void;
  stop(): void;
}

/** Starts following; `unit` is what is counted. */
export async function startRowProgress(
  { isQuiet, unit = "rows" }: { readonly isQuiet: boolean; readonly unit?: string },
): Promise<RowProgress> {
  if (isQuiet || !Deno.stderr.isTerminal()) {
    return { isShown: false, begin: () => {}, update: () => {}, stop: () => {} };
  }
  const { default: progress } = await import("cli-progress");
  const bar = new progress.SingleBar({
    format: `{step} {bar} {percentage}% | {value}/{total} ${unit} | {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    etaBuffer: 100,
  }, progress.Presets.shades_classic);
  return {
    isShown: true,
    begin: (step, rows) => {
      bar.stop();
      bar.start(rows, 0, { step });
    },
    update: (rows) => bar.update(rows),
    stop: () => bar.stop(),
  };
}
