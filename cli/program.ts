/**
 * The table of commands. Each is one file that declares its flags and loads its work only when it runs.
 */

import { Command } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import { findNearest } from "../core/nearest.ts";
import { addAdmin } from "./admin.ts";
import { addConfig } from "./config.ts";
import { addDb } from "./db.ts";
import { addEstimate } from "./estimate.ts";
import { addExplain } from "./explain.ts";
import { addImport } from "./import.ts";
import { addIngest } from "./ingest.ts";
import { addCommonOptions } from "./options.ts";
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

const WITHOUT_DATABASE = new Set(["version", "help"]);

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
  program.command("help").argument("[command...]", "which command").summary("show help for a command")
    .action((names) => findCommand(program as unknown as Command, names).help());
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

/** The command that is named, word by word. */
function findCommand(parent: Command, names: readonly string[]): Command {
  const [name, ...rest] = names;
  if (name === undefined) return parent;
  const found = parent.commands.find((command) => command.name() === name);
  if (found === undefined) throw unknownCommand(parent, name);
  return findCommand(found as Command, rest);
}

function unknownCommand(program: Command, name: string): CostopsError {
  const nearest = findNearest(name, program.commands.map((command) => command.name()));
  const hint = nearest === undefined ? "costops help lists the commands" : `did you mean ${nearest}?`;
  return new CostopsError("usage", `Cannot find the command ${JSON.stringify(name)}: ${hint}`);
}

/** Flags written before the command hold for it too, unless it has its own. */
function handDown(root: Command, command: Command): void {
  for (const [name, value] of Object.entries(root.opts())) {
    const isKnown = command.options.some((option) => option.attributeName() === name);
    if (isKnown && command.getOptionValue(name) === undefined) command.setOptionValueWithSource(name, value, "cli");
  }
}
