/**
 * The table of commands. Each is one file that declares its flags and loads its work only when it runs.
 */

import { Command } from "@commander-js/extra-typings";
import { addAdmin } from "./admin.ts";
import { addCompletions } from "./completions.ts";
import { addConfig } from "./config.ts";
import { addDb } from "./db.ts";
import { addDelete } from "./delete.ts";
import { addEstimate } from "./estimate.ts";
import { addExplain } from "./explain.ts";
import { addHelp, unknownCommand } from "./help.ts";
import { addImport } from "./import.ts";
import { addIngest } from "./ingest.ts";
import { addCommonOptions, examples } from "./options.ts";
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
  addDelete,
  addAdmin,
  addDb,
  addConfig,
  addCompletions,
];

const WITHOUT_DATABASE = new Set(["version", "help", "completions", "__complete"]);

/** Builds the program with all its commands. */
export function createProgram(shell: Shell): Command {
  const program = new Command("costops")
    .description(
      "What your LLM calls cost, exactly.\n\n" +
        "Without a command: this month's costs by model, or how to start when there is no usage yet.",
    )
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .addHelpText(
      "after",
      examples(
        "some-command | costops ingest",
        "costops import logs/ --project search",
        "costops query --group-by model,day --since 7d",
        "costops report cost --since last-month --format csv -o costs.csv",
      ),
    )
    .allowExcessArguments()
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.terminal.out(text),
      writeErr: (text) => shell.terminal.note(text.trimEnd()),
    })
    .hook("preAction", (root, command) => handDown(root as unknown as Command, command as unknown as Command))
    .action(async (options, command) => {
      if (command.args.length > 0) throw unknownCommand(command as unknown as Command, command.args[0]!);
      await (await import("./home.ts")).showHome(options, shell);
    });
  // Subcommands inherit how errors leave the program, so they are added after that is set.
  for (const add of COMMANDS) add(program as unknown as Command, shell);
  program.command("version").summary("show the version").description("Shows the version of this program.")
    .action(() => shell.terminal.out(`costops ${VERSION}\n`));
  addHelp(program as unknown as Command, shell);
  for (const command of [program as unknown as Command, ...leavesOf(program as unknown as Command)]) {
    addCommonOptions(command);
  }
  return program as unknown as Command;
}

/** Commands that do something themselves. */
function leavesOf(parent: Command): Command[] {
  return parent.commands.flatMap((command) => {
    const below = command as Command;
    return below.commands.length > 0 ? leavesOf(below) : WITHOUT_DATABASE.has(below.name()) ? [] : [below];
  });
}

/** Flags written before the command hold for it too, unless it has its own. */
function handDown(root: Command, command: Command): void {
  for (const [name, value] of Object.entries(root.opts())) {
    const isKnown = command.options.some((option) => option.attributeName() === name);
    if (isKnown && command.getOptionValue(name) === undefined) command.setOptionValueWithSource(name, value, "cli");
  }
}
