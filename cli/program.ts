/**
 * The table of commands. Each is one file that declares its flags and loads its work only when it runs.
 */

import { Command } from "@commander-js/extra-typings";
import { addAdmin } from "./admin.ts";
import { addConfig } from "./config.ts";
import { addDb } from "./db.ts";
import { addEstimate } from "./estimate.ts";
import { addExplain } from "./explain.ts";
import { addImport } from "./import.ts";
import { addIngest } from "./ingest.ts";
import { addPrices } from "./prices.ts";
import { addQuery } from "./query.ts";
import { addReport } from "./report.ts";
import { addReprice } from "./reprice.ts";
import type { Shell } from "./run.ts";
import { VERSION } from "./version.ts";

const COMMANDS = [
  addIngest,
  addImport,
  addQuery,
  addReport,
  addExplain,
  addEstimate,
  addPrices,
  addReprice,
  addAdmin,
  addDb,
  addConfig,
];

/** Builds the program with all its commands. */
export function createProgram(shell: Shell): Command {
  const program = new Command("costops")
    .description(
      "What your LLM calls cost, exactly.\n\n" +
        "Without a command: this month's costs by model, or how to start when there is no usage yet.",
    )
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .option("--database <url>", "database: a path, or sqlite:PATH (DATABASE_URL)")
    .option("--org <name>", "organization to work in (COSTOPS_ORG; default: default)")
    .option("--config <file>", "configuration file (default: ./costops.toml, then the user's)")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.terminal.out(text),
      writeErr: (text) => shell.terminal.note(text.trimEnd()),
    })
    .hook("preAction", (root, command) => handDown(root as unknown as Command, command as unknown as Command))
    .action(async (options) => await (await import("./home.ts")).showHome(options, shell));
  // Subcommands inherit how errors leave the program, so they are added after that is set.
  for (const add of COMMANDS) add(program as unknown as Command, shell);
  program.command("version").summary("show the version").description("Shows the version of this program.")
    .action(() => shell.terminal.out(`costops ${VERSION}\n`));
  return program as unknown as Command;
}

/** Flags written before the command hold for it too, unless it has its own. */
function handDown(root: Command, command: Command): void {
  for (const [name, value] of Object.entries(root.opts())) {
    const isKnown = command.options.some((option) => option.attributeName() === name);
    if (isKnown && command.getOptionValue(name) === undefined) command.setOptionValueWithSource(name, value, "cli");
  }
}
