/**
 * `costops budget`: amounts for a period, how they stand, and a gate for cron and CI.
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { CALENDAR_PERIODS, PERIOD_NAMES } from "../core/budget/budget.ts";
import { CHECKED_SPENDS } from "../core/budget/check.ts";
import { SERVICE_TIERS } from "../core/usage/record.ts";
import { collect, examples, readCount } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `budget`. */
export function addBudget(program: Command, shell: Shell): void {
  const budget = program.command("budget").summary("budgets: how they stand, and a gate for cron and CI")
    .description(
      "An amount for a period, for all usage or what a filter takes. Spend is added up from records each time.",
    )
    .addHelpText("after", examples("costops budget status", "costops budget set --help"));
  addSet(budget, shell);
  const answers = () => import("./budget_answer.ts");
  budget.command("list").summary("the budgets of the organization")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops budget list"))
    .action(async (options) => await (await answers()).listBudgets(options, shell));
  budget.command("show").argument("<budget>", "its name, or its id").summary("the terms of a budget")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops budget show search"))
    .action(async (name, options) => await (await answers()).showBudget(name, options, shell));
  budget.command("status").argument("[budget]", "its name, or its id (default: all of them)")
    .summary("spent, left, and what is expected by the period's end")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops budget status", "costops budget status search --json"))
    .action(async (name, options) =>
      await (await import("./budget_status_answer.ts")).showStatus(name, options, shell)
    );
  addCheck(budget, shell);
  budget.command("delete").argument("<budget>", "its name, or its id").summary("take a budget away")
    .option("--yes", "do not ask")
    .addHelpText("after", examples("costops budget delete search --yes"))
    .action(async (name, options) => await (await answers()).dropBudget(name, options, shell));
}

function addSet(budget: Command, shell: Shell): void {
  budget.command("set").argument("<name>", "the budget's name").summary("make a budget, or change one")
    .description("Makes the budget of that name, or changes what the flags say of the one there is.")
    .option("--amount <dollars>", "US dollars: 500, 12.50; needed for a new budget")
    .addOption(
      new Option("--period <name>", `${CALENDAR_PERIODS.join(", ")}, or custom (a new one: month)`).choices(
        PERIOD_NAMES,
      ),
    )
    .option("--since <time>", "first day of a custom period")
    .option("--until <time>", "last day of a custom period")
    .option("--tz <zone>", "IANA time zone that periods are counted in (COSTOPS_TZ; default: UTC)")
    .option("-f, --filter <name=value>", "only records with this value; several by comma (repeatable)", collect)
    .option("--all", "all records: takes the filter of a budget away")
    .option("--threshold <percents>", "when to alert, by comma or repeated (a new one: 50,80,100)", collect)
    .option("--owner <name>", "whom to ask")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        "costops budget set everything --amount 5000",
        "costops budget set search --amount 500 --filter project=search --tz Europe/Berlin --owner ann",
        "costops budget set launch --amount 2000 --period custom --since 2026-10-01 --until 2026-11-15",
        "costops budget set search --amount 750",
      ),
    )
    .action(async (name, options) => await (await import("./budget_answer.ts")).setBudgetTerms(name, options, shell));
}

function addCheck(budget: Command, shell: Shell): void {
  budget.command("check").argument("[budgets...]", "names or ids (default: those the call counts in, else all)")
    .summary("exit 10 when a budget is breached, or a call does not fit")
    .description(
      "A gate: exits 0 when every budget is kept, 10 when more than its amount is spent, or would be with the call that " +
        "the flags describe. A value that no flag gives is one that the call does not have.",
    )
    .addOption(
      new Option("--fail-on <spend>", "actual, or projected: also what is expected by the period's end")
        .choices(CHECKED_SPENDS).default("actual" as const),
    )
    .option("--fail-on-unpriced", "exit 8 when usage without a price is in a budget, and all are kept")
    .option("--amount <dollars>", "what the call costs, where it is not worked out of its tokens")
    .option("--model <name>", "the call's model")
    .option("--provider <name>", "its provider, where the model does not tell it")
    .option("--input <tokens>", "its uncached input tokens")
    .option("--output <tokens>", "its output tokens")
    .option("--cache-read <tokens>", "its input tokens read from the cache")
    .option("--cache-write <tokens>", "its input tokens written to the cache for 5 minutes")
    .option("--calls <count>", "how many such calls", readCount(1_000_000_000), 1)
    .addOption(new Option("--service-tier <tier>", "how it would be served").choices(SERVICE_TIERS))
    .option("--project <name>", "its project")
    .option("--user <name>", "its user")
    .option("--environment <name>", "its environment")
    .option("--operation <name>", "its operation")
    .option("--session <name>", "its session")
    .option("--tag <name=value>", "one of its tags (repeatable)", collect)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        "costops budget check",
        "costops budget check search --fail-on projected",
        "costops budget check --model gpt-4o --input 200000 --output 50000 --calls 100 --project search",
      ),
    )
    .action(async (names, options) => await (await import("./budget_check_answer.ts")).checkAll(names, options, shell));
}
