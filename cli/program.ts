/**
 * The table of commands. Each is one file that declares its flags and loads its work only when it runs.
 */

import { Command } from "@commander-js/extra-typings";
import { addIngest } from "./ingest.ts";
import { addImport } from "./import.ts";
import type { Shell } from "./run.ts";
import { VERSION } from "./version.ts";

/** Builds the program with all its commands. */
export function createProgram(shell: Shell): Command {
  const program = new Command("costops")
    .description("What your LLM calls cost, exactly.")
    .version(VERSION, "-V, --version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showHelpAfterError("(costops help shows what there is)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.terminal.out(text),
      writeErr: (text) => shell.terminal.note(text.trimEnd()),
    });
  for (const add of [addIngest, addImport]) add(program, shell);
  return program as unknown as Command;
}
