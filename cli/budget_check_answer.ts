/**
 * The gate: checks budgets and sets the exit code.
 */

import type { BudgetVerdict, CheckedSpend, CheckReason } from "../core/budget/check.ts";
import { readDollars } from "../core/budget/read_budget.ts";
import type { BudgetStatus } from "../core/budget/status.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { toApproximateCell } from "../core/report/cell.ts";
import { displayCell } from "../core/report/display.ts";
import type { ServiceTier, UsageCounts } from "../core/usage/record.ts";
import { type BudgetCall, type BudgetCheck, checkBudgets } from "../server/operations/budget_status.ts";
import { toWireBudgetCheck } from "../server/wire/budget.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { type Session, withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `budget check`. */
export interface CheckOptions extends CommonOptions {
  readonly failOn: CheckedSpend;
  readonly failOnUnpriced?: true;
  readonly amount?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly input?: string;
  readonly output?: string;
  readonly cacheRead?: string;
  readonly cacheWrite?: string;
  readonly calls: number;
  readonly serviceTier?: ServiceTier;
  readonly project?: string;
  readonly user?: string;
  readonly environment?: string;
  readonly operation?: string;
  readonly session?: string;
  readonly tag?: readonly string[];
  readonly json?: true;
}

/** Answers `costops budget check`. Exits 10 when something is not allowed, 8 as `--fail-on-unpriced` says. */
export async function checkAll(names: readonly string[], options: CheckOptions, shell: Shell): Promise<void> {
  const call = readCall(options);
  const asked = { budgets: names.length === 0 ? undefined : names, call, spend: options.failOn };
  const work = (session: Session) => session.perform(checkBudgets, asked);
  const check = await withSession(options, work, { isReading: true });
  const { terminal } = shell;
  terminal.out(options.json ? `${JSON.stringify(toWireBudgetCheck(check), null, 2)}\n` : writeCheck(check));
  const isUnpriced = check.cost === null || check.verdicts.some(({ status }) => status.unpriced_records > 0n);
  if (!check.is_allowed) shell.exit_code = 10;
  else if (options.failOnUnpriced && isUnpriced) shell.exit_code = 8;
  if (!options.quiet) { for (const note of listNotes(check)) terminal.note(showControls(note)); }
}

/** The call that flags describe; undefined when none does. */
function readCall(options: CheckOptions): BudgetCall | undefined {
  const { provider, model, project, user, environment, operation, session, calls } = options;
  const counts = readCounts(options);
  const said = [options.amount, provider, model, options.serviceTier, project, user, environment, operation, session];
  if ([...said, options.tag, counts].every((value) => value === undefined)) return undefined;
  return {
    amount: options.amount === undefined ? undefined : readDollars(options.amount),
    provider,
    model,
    service_tier: options.serviceTier ?? "standard",
    region: null,
    counts,
    calls,
    project,
    user,
    environment,
    operation,
    session,
    tags: Object.fromEntries((options.tag ?? []).map(readTag)),
  };
}

function readCounts({ input, output, cacheRead, cacheWrite }: CheckOptions): UsageCounts | undefined {
  if ([input, output, cacheRead, cacheWrite].every((text) => text === undefined)) return undefined;
  return {
    input_tokens: readTokens("--input", input),
    cache_read_tokens: readTokens("--cache-read", cacheRead),
    cache_write_5m_tokens: readTokens("--cache-write", cacheWrite),
    cache_write_1h_tokens: 0,
    output_tokens: readTokens("--output", output),
    reasoning_tokens: 0,
    units: null,
  };
}

function readTokens(flag: string, text = "0"): number {
  const plain = text.replaceAll("_", "");
  if (/^\d+$/.test(plain) && Number(plain) <= LIMITS.units) return Number(plain);
  throw new CostopsError("usage", `Cannot read ${flag} "${text}": write a whole number up to ${LIMITS.units}`);
}

function readTag(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new CostopsError("usage", `Cannot read --tag ${JSON.stringify(text)}: write name=value`);
}

function writeCheck({ verdicts, spend }: BudgetCheck): string {
  if (verdicts.length === 0) return "";
  const rows = verdicts.map(({ status, is_allowed, reason }) => [
    status.budget.name,
    is_allowed ? "ok" : WORDS[reason!],
    status.period.label,
    displayCell(status.budget.amount, "usd"),
    status.spent === null ? "unknown" : displayCell(status.spent, "usd"),
    status.remaining === null ? "unknown" : displayCell(status.remaining, "usd"),
    ...(spend === "projected" ? writeExpected(status) : []),
    String(status.unpriced_records),
  ]);
  const expected = spend === "projected" ? ["expected", "exceeded on"] : [];
  const header = ["budget", "", "period", "amount", "spent", "remaining", ...expected, "unpriced"];
  return writeGrid(header, rows, header.map((_, at) => at < 3 || header[at] === "exceeded on" ? "left" : "right"));
}

/** What is judged besides: the amount by the period's end, and the day on which it is too much. */
function writeExpected({ projection }: BudgetStatus): [string, string] {
  if (projection === null) return ["unknown", ""];
  return [displayCell(toApproximateCell(projection.expected), "approximate_usd"), projection.exceeded_on ?? ""];
}

const WORDS: Readonly<Record<CheckReason, string>> = {
  exceeded: "exceeded",
  would_exceed: "would be exceeded",
  projected: "expected to be exceeded",
  unpriced: "no price for the call",
};

function listNotes({ verdicts, unpriced, unknown_project, cost }: BudgetCheck): string[] {
  const notes: string[] = [];
  if (verdicts.length === 0) {
    notes.push(
      cost === undefined ? "There is no budget that is running." : "No budget that is running counts this call.",
    );
  }
  if (unknown_project !== undefined) {
    notes.push(`No record and no budget has the project ${JSON.stringify(unknown_project)}: is it mistyped?`);
  }
  if (unpriced !== undefined) notes.push(`The call has no price, ${unpriced.reason}: ${unpriced.detail}`);
  notes.push(...verdicts.flatMap(listWarnings));
  return notes;
}

function listWarnings({ status: { budget, unpriced_records } }: BudgetVerdict): string[] {
  if (unpriced_records === 0n) return [];
  return [`${unpriced_records} records of ${budget.name} have no price and are not in it: costops prices missing`];
}
