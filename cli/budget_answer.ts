/**
 * Looks after budgets.
 */

import type { Budget } from "../core/budget/budget.ts";
import { writeScope } from "../core/budget/build_report.ts";
import type { WrittenBudget } from "../core/budget/read_budget.ts";
import { CostopsError } from "../core/error.ts";
import { addBudget, getBudget, readBudgets, removeBudget, setBudget } from "../server/operations/budgets.ts";
import { toWireBudget } from "../server/wire/budget.ts";
import { askFirst } from "./ask.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { type Session, withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `budget set`. */
export interface SetBudgetOptions extends CommonOptions {
  readonly amount?: string;
  readonly period?: string;
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  readonly filter?: readonly string[];
  readonly all?: true;
  readonly threshold?: readonly string[];
  readonly owner?: string;
  readonly json?: true;
}

/** Answers `costops budget set`. */
export async function setBudgetTerms(name: string, options: SetBudgetOptions, { terminal }: Shell): Promise<void> {
  if (options.all && options.filter !== undefined) {
    throw new CostopsError("usage", "Cannot use both --all and --filter: a budget counts all records, or some");
  }
  const said = readTerms(options);
  const { budget, isNew } = await withSession(options, async (session) => {
    const before = await findBudget(session, name);
    if (before !== undefined) return { budget: await change(session, { before, said, options }), isNew: false };
    if (said.amount_usd === undefined) {
      throw new CostopsError(
        "usage",
        `Cannot make the budget ${JSON.stringify(name)} without an amount: add --amount, such as --amount 500`,
      );
    }
    const written = { tz: session.config.tz.value, ...said, name, amount_usd: said.amount_usd };
    return { budget: await session.perform(addBudget, { written }), isNew: true };
  });
  if (options.json) terminal.out(writeJson(toWireBudget(budget)));
  if (options.quiet) return;
  terminal.note(`${isNew ? "Made" : "Changed"} the budget ${showControls(budget.name)}: ${writeTerms(budget)}`);
}

/** What flags say; what none says is not there, and stays as it is or has its default. */
function readTerms(options: SetBudgetOptions): Partial<WrittenBudget> {
  const { amount, period, since, until, tz, owner } = options;
  const filter = options.all ? [] : options.filter;
  const thresholds = options.threshold?.flatMap((text) => text.split(",")).map(readPercent);
  const said = { amount_usd: amount, period: period ?? (since === undefined ? undefined : "custom"), since, until, tz };
  return dropUndefined({ ...said, filter, thresholds, owner });
}

function readPercent(text: string): number {
  const match = /^\s*(\d{1,4})\s*%?\s*$/.exec(text);
  if (match !== null) return Number(match[1]);
  throw new CostopsError("usage", `Cannot read --threshold ${JSON.stringify(text)} as percents: write 50,80,100`);
}

async function findBudget(session: Session, budget: string): Promise<Budget | undefined> {
  try {
    return await session.perform(getBudget, { budget });
  } catch (error) {
    if (error instanceof CostopsError && error.kind === "not_found") return undefined;
    throw error;
  }
}

/** Changes what was said of a budget, unless somebody else has changed it meanwhile. */
async function change(
  session: Session,
  { before, said, options }: {
    readonly before: Budget;
    readonly said: Partial<WrittenBudget>;
    readonly options: SetBudgetOptions;
  },
): Promise<Budget> {
  const { name, amount_usd, period, since, until, tz, filter, thresholds, owner } = toWireBudget(before);
  // Ends of a custom period are of that period alone.
  const isOther = options.period !== undefined && options.period !== "custom";
  const ends = period === "custom" && !isOther
    ? dropUndefined({ since: since ?? undefined, until: until ?? undefined })
    : {};
  const written = { name, amount_usd, period, ...ends, tz, filter, thresholds, owner, ...said };
  return await session.perform(setBudget, { budget: before.id, written, version: before.version });
}

function dropUndefined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

/** Answers `costops budget list`. */
export async function listBudgets(
  options: CommonOptions & { readonly json?: true },
  { terminal }: Shell,
): Promise<void> {
  const budgets = await withSession(options, (session) => session.perform(readBudgets, {}), { isReading: true });
  if (options.json) return terminal.out(writeJson({ data: budgets.map(toWireBudget) }));
  if (budgets.length === 0) {
    if (!options.quiet) terminal.note("There are no budgets: costops budget set NAME --amount 500 makes one");
    return;
  }
  const rows = budgets.map((budget) => [
    budget.name,
    writeAmount(budget),
    writePeriod(budget),
    budget.tz,
    writeScope(budget.scope) ?? "everything",
    budget.thresholds.map((percent) => `${percent}%`).join(" "),
    budget.owner ?? "",
  ]);
  const header = ["budget", "amount", "period", "zone", "counts", "alerts at", "owner"];
  terminal.out(writeGrid(header, rows, header.map((name) => name === "amount" ? "right" : "left")));
}

/** Answers `costops budget show`. */
export async function showBudget(
  name: string,
  options: CommonOptions & { readonly json?: true },
  { terminal }: Shell,
): Promise<void> {
  const work = (session: Session) => session.perform(getBudget, { budget: name });
  const budget = await withSession(options, work, { isReading: true });
  if (options.json) return terminal.out(writeJson(toWireBudget(budget)));
  terminal.out(`${showControls(budget.name)} (${budget.id}): ${showControls(writeTerms(budget))}\n`);
}

/** Answers `costops budget delete`. */
export async function dropBudget(
  name: string,
  options: CommonOptions & { readonly yes?: true },
  { terminal }: Shell,
): Promise<void> {
  await withSession(options, async (session) => {
    askFirst(`Delete the budget ${showControls(name)}?`, { yes: options.yes, terminal });
    await session.perform(removeBudget, { budget: name });
  }, { isReading: true });
  if (!options.quiet) terminal.note(`Deleted the budget ${showControls(name)}`);
}

function writeTerms(budget: Budget): string {
  const counts = writeScope(budget.scope) ?? "everything";
  const owner = budget.owner === null ? "" : `, owner ${budget.owner}`;
  const alerts = budget.thresholds.length === 0
    ? "no alerts"
    : `alerts at ${budget.thresholds.map((percent) => `${percent}%`).join(", ")}`;
  return `${writeAmount(budget)} ${writePeriod(budget)} (${budget.tz}) for ${counts}, ${alerts}${owner}`;
}

function writeAmount(budget: Budget): string {
  const [whole = "", fraction = ""] = toWireBudget(budget).amount_usd.split(".");
  return `$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction.replace(/0{1,7}$/, "").padEnd(2, "0")}`;
}

function writePeriod(budget: Budget): string {
  const { period, since, until } = toWireBudget(budget);
  return period === "custom" ? `from ${since} until ${until}` : `each ${period}`;
}

function writeJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
