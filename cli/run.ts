/**
 * From arguments to an exit code: finds the command, runs it, and says what went wrong.
 */

import { CommanderError } from "@commander-js/extra-typings";
import { CostopsError, ERROR_KINDS } from "../core/error.ts";
import { createProgram } from "./program.ts";
import { ClosedPipe, openTerminal, showControls, type Terminal } from "./terminal.ts";

/** What a command shares with the program around it. */
export interface Shell {
  readonly terminal: Terminal;
  /** The exit code when nothing fails; a command raises it for what it found (7 rejected, 8 unpriced, …). */
  exit_code: number;
}

/** Runs the program and gives its exit code; errors are said on stderr. */
export async function run(args: readonly string[]): Promise<number> {
  const shell: Shell = { terminal: openTerminal(), exit_code: 0 };
  try {
    await createProgram(shell).parseAsync(args, { from: "user" });
    return shell.exit_code;
  } catch (error) {
    return report(error, shell.terminal);
  }
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof ClosedPipe) return 0;
  // Commander has already said what is wrong; a request for help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERROR_KINDS.usage.exit;
  if (!(error instanceof CostopsError)) throw error;
  terminal.note(`costops: ${showControls(error.message)}`);
  // What the message says already is not said again.
  const issues = error.issues.filter(({ detail }) => !error.message.includes(detail));
  for (const { pointer, detail } of issues) terminal.note(`  ${showControls(pointer)}: ${showControls(detail)}`);
  return ERROR_KINDS[error.kind].exit;
}
