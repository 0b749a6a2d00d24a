/**
 * `costops import`: usage from files and folders.
 */

import type { Command } from "@commander-js/extra-typings";
import type { ImportOptions } from "./import_answer.ts";
import { addIntakeOptions } from "./intake_options.ts";
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
        "format is detected. An import can be run again at any time: what is there already is a duplicate, an unchanged " +
        "file is skipped, and a log that has grown is read on from where it ended.",
    );
  addIntakeOptions(command)
    .option("--reread", "read all of every file, also of those taken in before")
    .option("--follow", "go on as lines are added (NDJSON; a row of CSV when the next one comes), until Ctrl-C")
    .addHelpText(
      "after",
      examples(
        "costops import claude-code codex",
        "costops import logs/ --project search",
        "costops import usage-2026-01.csv --tag team=core --rejects refused.csv",
        "costops import batch_output.jsonl --dry-run",
        "costops import /var/log/gateway/usage.ndjson --follow",
      ),
    )
    .action((paths, options) => importFiles(paths, { options: options as ImportOptions, shell }));
}

async function importFiles(
  paths: readonly string[],
  { options, shell }: { options: ImportOptions; shell: Shell },
): Promise<void> {
  const { withSession } = await import("./session.ts");
  const { leaveWhenStopped } = await import("./interruption.ts");
  const { findFiles } = await import("./input_files.ts");
  const files = await findFiles(paths);
  const answer = options.follow ? await import("./follow_answer.ts") : await import("./import_answer.ts");
  await withSession(options, (session) => answer.importFiles(files, { session, shell, options }));
  leaveWhenStopped(shell.exit_code);
}
