/**
 * Progress of an import on a terminal: files, bytes, records a second, time left.
 */

import process from "node:process";
import type { IngestSummary } from "../core/usage/summary.ts";
import type { Source } from "./intake.ts";
import type { InputFile } from "./input_files.ts";
import type { Terminal } from "./terminal.ts";

/** Opens a file for an import, and tells how many of its bytes are done. */
export type OpenFile = (file: InputFile, onRead: (bytes: number) => void) => ReturnType<Source["open"]>;

/** Follows an import; off a terminal it only opens the files. */
export interface Progress {
  /** The file as a source whose reading is counted. */
  watch(file: InputFile, open: OpenFile): Source;
  update(summary: IngestSummary): void;
  /** Says a line above the bar. */
  note(text: string): void;
  stop(): void;
}

/** Starts following an import of these files. */
export async function startProgress(
  files: readonly InputFile[],
  { terminal, isQuiet }: { terminal: Terminal; isQuiet: boolean },
): Promise<Progress> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const bar = isQuiet || !Deno.stderr.isTerminal() ? undefined : await startBar(total);
  const startedAt = performance.now();
  let bytesRead = 0;
  let filesOpened = 0;
  const watch = (file: InputFile, open: OpenFile): Source => ({
    name: file.path,
    kind: "file",
    open: () => {
      filesOpened++;
      return open(file, (bytes) => bytesRead += bytes);
    },
  });
  const update = ({ read }: IngestSummary) => {
    const rate = Math.round(read / Math.max((performance.now() - startedAt) / 1000, 0.001));
    const done = { file: filesOpened, files: files.length, records: read, rate };
    bar?.update(Math.min(bytesRead, total), done);
  };
  const note = (text: string) => {
    bar?.stop();
    terminal.note(text);
    bar?.start(total, Math.min(bytesRead, total), { file: filesOpened, files: files.length, records: 0, rate: 0 });
  };
  return {
    watch,
    note,
    update: terminal.isInteractive || bar !== undefined ? update : () => {},
    stop: () => bar?.stop(),
  };
}

async function startBar(total: number) {
  const { default: progress } = await import("cli-progress");
  const bar = new progress.SingleBar({
    format: "{bar} {percentage}% | file {file}/{files} | {records} records | {rate}/s | {eta_formatted} left",
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    etaBuffer: 100,
  }, progress.Presets.shades_classic);
  bar.start(total, 0, { file: 0, files: 0, records: 0, rate: 0 });
  return bar;
}
