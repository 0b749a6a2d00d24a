/**
 * Says how budgets stand.
 */

import { writeScope } from "../core/budget/build_report.ts";
import type { BudgetStatus } from "../core/budget/status.ts";
import { CostopsError } from "../core/error.ts";
import type { Usd } from "../core/money.ts";
import { displayCell } from "../core/report/display.ts";
import { isNumeric, toApproximateCell } from "../core/report/cell.ts";
import { writeJson } from "../core/report/formats/json.ts";
import { readBudgetStatus, reportBudgets } from "../server/operations/budget_status.ts";
import { toWireBudgetStatus } from "../server/wire/budget.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { QueryOptions } from "./query_options.ts";
import { answerWith } from "./report_answer.ts";
import type { Shell } from "./run.ts";
import { type Session, withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** Answers `costops budget status`: of one budget, or a report of all. */
export async function showStatus(
  name: string | undefined,
  options: CommonOptions & { readonly json?: true },
  shell: Shell,
): Promise<void> {
  if (name === undefined) return await showAll(options, shell);
  const work = (session: Session) => session.perform(readBudgetStatus, { budget: name });
  const status = await withSession(options, work, { isReading: true });
  const text = options.json ? `${JSON.stringify(toWireBudgetStatus(status), null, 2)}\n` : writeStatus(status);
  shell.terminal.out(text);
}

/** What of the report is shown for people to see at once, under which heading. */
const SHOWN: Readonly<Record<string, string>> = {
  budget: "budget",
  period: "period",
  state: "state",
  amount_usd: "amount",
  spent_usd: "spent",
  used_ratio: "used",
  remaining_usd: "remaining",
  projected: "expected",
  exceeded_on: "exceeded on",
  unpriced_records: "unpriced",
};

async function showAll(options: CommonOptions & { readonly json?: true }, { terminal }: Shell): Promise<void> {
  const { columns, rows, ...rest } = await withSession(options, (session) => session.perform(reportBudgets, {}), {
    isReading: true,
  });
  if (options.json) return terminal.out([...writeJson({ columns, rows, ...rest })].join(""));
  if (rows.length === 0) {
    if (!options.quiet) terminal.note("There are no budgets: costops budget set NAME --amount 500 makes one");
    return;
  }
  const shown = columns.map((column, at) => ({ ...column, at })).filter(({ name }) => Object.hasOwn(SHOWN, name));
  terminal.out(writeGrid(
    shown.map(({ name }) => SHOWN[name]!),
    rows.map((row) => shown.map(({ at, type }) => displayCell(row[at] ?? null, type))),
    shown.map(({ type }) => isNumeric(type) ? "right" : "left"),
  ));
}

/** Answers `costops report budget`. Fails with `usage` on flags that budgets have their own of. */
export async function reportBudgetsOnly(options: QueryOptions, shell: Shell): Promise<void> {
  const { since, until, filter, groupBy, columns } = options;
  const flags = { "--since": since, "--until": until, "--filter": filter, "--group-by": groupBy, "--columns": columns };
  const used = Object.entries(flags).find(([, value]) => value !== undefined);
  if (used === undefined) {
    return await answerWith((session) => session.perform(reportBudgets, {}), { options, shell, offTerminal: "csv" });
  }
  throw new CostopsError(
    "usage",
    `Cannot use ${used[0]} with report budget: each budget has its own period and filter`,
  );
}

function writeStatus(status: BudgetStatus): string {
  const { budget, period, state, projection, unpriced_records, unpriced_tokens } = status;
  const percent = status.used_ratio === null ? "" : ` (${displayCell(status.used_ratio, "ratio")})`;
  const lines = [
    `${budget.name}, ${period.label}: ${state}`,
    `  counts     ${writeScope(budget.scope) ?? "everything"}`,
    `  amount     ${writeUsd(budget.amount)}`,
    `  spent      ${writeUsd(status.spent)}${percent}`,
    `  remaining  ${writeUsd(status.remaining)}`,
    `  burn rate  ${writeUsd(status.burn_rate)} a day`,
  ];
  if (projection === null && period.state === "running") {
    lines.push("  expected   not known: there is no whole day of priced usage yet, or the end is too far away");
  }
  if (projection !== null) {
    const { expected, lower, upper, level, exceeded_on } = projection;
    const interval = `${approximate(lower)} to ${approximate(upper)}, ${Math.round(level * 100)}%`;
    lines.push(`  expected   about ${approximate(expected)} by the end (${interval})`);
    if (exceeded_on !== null) lines.push(`  exceeded   on ${exceeded_on}`);
    lines.push(...projection.warnings.map((warning) => `  note       ${warning}`));
  }
  if (unpriced_records > 0n) {
    const count = unpriced_records.toLocaleString("en-US");
    const tokens = unpriced_tokens.toLocaleString("en-US");
    lines.push(`  unpriced   ${count} records with ${tokens} tokens are not in it: costops prices missing`);
  }
  return `${lines.map(showControls).join("\n")}\n`;
}

function writeUsd(amount: Usd | null): string {
  return amount === null ? "unknown" : displayCell(amount, "usd");
}

function approximate(dollars: number): string {
  return displayCell(toApproximateCell(dollars), "approximate_usd");
}
