/**
 * Takes files in once, each from where the import before ended.
 */

import { digestSettings, openFromPosition } from "./import_positions.ts";
import { type InputFile, openFile } from "./input_files.ts";
import { takeIn } from "./intake.ts";
import { type IntakeOptions, readDefaults } from "./intake_options.ts";
import { type OpenFile, startProgress } from "./progress.ts";
import type { Shell } from "./run.ts";
import type { Session } from "./session.ts";

/** The flags of `costops import`. */
export interface ImportOptions extends IntakeOptions {
  readonly reread?: true;
  readonly follow?: true;
}

/** What an import works with. */
export interface Importing {
  readonly session: Session;
  readonly shell: Shell;
  readonly options: ImportOptions;
}

/** Answers `costops import`. A dry run neither uses nor keeps positions, nor does an import on a server: it has none. */
export async function importFiles(files: readonly InputFile[], importing: Importing): Promise<void> {
  const { session, shell, options } = importing;
  const progress = await startProgress(files, { terminal: shell.terminal, isQuiet: options.quiet === true });
  const open = await chooseOpen(importing);
  try {
    await takeIn(files.map((file) => progress.watch(file, open)), {
      session,
      shell,
      options,
      note: progress.note,
      onBatch: progress.update,
    });
  } finally {
    progress.stop();
  }
}

async function chooseOpen({ session: { local }, options }: Importing): Promise<OpenFile> {
  if (options.dryRun || local === undefined) return async (file, onRead) => ({ bytes: await openFile(file, onRead) });
  const settings = digestSettings(await readDefaults(options), options.format);
  const is_reread = options.reread === true;
  return (file, onRead) => openFromPosition(file, { local, settings, is_reread, onRead });
}
