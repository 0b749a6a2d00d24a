/**
 * `costops import`: usage from files and folders.
 */

import type { Command } from "@commander-js/extra-typings";
import { addIntakeOptions, type IntakeOptions } from "./intake_options.ts";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addImport(program: Command, shell: Shell): void {
  const command = program.command("import").argument(
    "<paths...>",
    "files, folders that are searched for files, claude-code or codex",
  )
    .summary("take usage in from files and folders")
    .description(
      "Takes usage in from files, and from the .json, .jsonl, .ndjson and .csv files (also .gz) below folders. Each value's " +
        "format is detected. An import can be run again at any time: what is there already is a duplicate.",
    );
  addIntakeOptions(command)
    .addHelpText(
      "after",
      examples(
        "costops import claude-code codex",
        "costops import logs/ --project search",
        "costops import usage-2026-01.csv --tag team=core --rejects refused.csv",
        "costops import batch_output.jsonl --dry-run",
      ),
    )
    .action((paths, options) => importFiles(paths, { options: options as IntakeOptions, shell }));
}

async function importFiles(
  paths: readonly string[],
  { options, shell }: { options: IntakeOptions; shell: Shell },
): Promise<void> {
  const { withSession } = await import("./session.ts");
  const { takeIn } = await import("./intake.ts");
  const { leaveWhenStopped } = await import("./interruption.ts");
  const { findFiles } = await import("./input_files.ts");
  const { startProgress } = await import("./progress.ts");
  const files = await findFiles(paths);
  await withSession(options, async (session) => {
    const progress = await startProgress(files, { terminal: shell.terminal, isQuiet: options.quiet === true });
    try {
      await takeIn(files.map((file) => progress.watch(file)), { session, shell, options, onBatch: progress.update });
    } finally {
      progress.stop();
    }
  });
  leaveWhenStopped(shell.exit_code);
}
