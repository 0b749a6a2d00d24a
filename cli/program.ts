/**
 * The table of commands. Each is one file that declares its flags and loads its work only when it runs.
 */

import { Command } from "@commander-js/extra-typings";
import { addAdmin } from "./admin.ts";
import { addAlerts } from "./alerts.ts";
import { addAnomalies } from "./anomalies.ts";
import { addAuth } from "./auth.ts";
import { addBudget } from "./budget.ts";
import { addCompare } from "./compare.ts";
import { addCompletions } from "./completions.ts";
import { addConfig } from "./config.ts";
import { addDb } from "./db.ts";
import { addDelete } from "./delete.ts";
import { addEstimate } from "./estimate.ts";
import { addExplain } from "./explain.ts";
import { addForecast } from "./forecast.ts";
import { addHelp, unknownCommand } from "./help.ts";
import { addImport } from "./import.ts";
import { addIngest } from "./ingest.ts";
import { addOpenApi } from "./openapi.ts";
import { addCommonOptions, examples } from "./options.ts";
import { addRemoteFlags } from "./config_flags.ts";
import { isLocalOnly, refuseServer } from "./local_only.ts";
import { addPrices } from "./prices.ts";
import { addQuery } from "./query.ts";
import { addReport } from "./report.ts";
import { addReports } from "./reports.ts";
import { addReprice } from "./reprice.ts";
import type { Shell } from "./run.ts";
import { addServe } from "./serve.ts";
import { addTrends } from "./trends.ts";
import { VERSION } from "../server/version.ts";

const COMMANDS = [
  addIngest,
  addImport,
  addQuery,
  addReport,
  addReports,
  addTrends,
  addCompare,
  addExplain,
  addEstimate,
  addForecast,
  addAnomalies,
  addPrices,
  addReprice,
  addBudget,
  addAlerts,
  addDelete,
  addServe,
  addOpenApi,
  addAuth,
  addAdmin,
  addDb,
  addConfig,
  addCompletions,
];

const WITHOUT_DATABASE = new Set(["version", "help", "completions", "__complete", "openapi"]);

/** Commands that do something themselves and have others below them. */
const ANSWERING = new Set(["anomalies"]);

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
    .hook("preAction", async (root, command) => {
      handDown(root as unknown as Command, command as unknown as Command);
      await refuseServer(root as unknown as Command, command as unknown as Command);
    })
    .action(async (options, command) => {
      if (command.args.length > 0) throw unknownCommand(command as unknown as Command, command.args[0]!);
      await (await import("./home.ts")).showHome(options, shell);
    });
  // Subcommands inherit how errors leave the program, so they are added after that is set.
  for (const add of COMMANDS) add(program as unknown as Command, shell);
  program.command("version").summary("show the version").description("Shows the version of this program.")
    .action(() => shell.terminal.out(`costops ${VERSION}\n`));
  addHelp(program as unknown as Command, shell);
  const leaves = leavesOf(program as unknown as Command);
  for (const command of leaves) command.allowExcessArguments(false);
  for (const command of [program as unknown as Command, ...leaves]) {
    addCommonOptions(command);
    addRemoteFlags(command, { isHidden: isLocalOnly(command) });
  }
  return program as unknown as Command;
}

/** Commands that do something themselves. */
function leavesOf(parent: Command): Command[] {
  return parent.commands.flatMap((command) => {
    const below = command as Command;
    if (ANSWERING.has(below.name())) return [below, ...leavesOf(below)];
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
