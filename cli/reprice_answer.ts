/**
 * Prices stored records again, after showing what changes.
 */

import { formatUsd, type Usd, usdFromNanos } from "../core/money.ts";
import type { RepriceResult, RepriceTotals } from "../db/reprice.ts";
import { repriceRecords } from "../server/operations/reprice.ts";
import { readKnownSums, toWireRepricing } from "../server/wire/repricing.ts";
import { askFirst } from "./ask.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";

/** The flags of `reprice`. */
export interface RepriceOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  readonly filter?: readonly string[];
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Answers `costops reprice`: shows what would change, asks, and changes it. */
export async function reprice(options: RepriceOptions, { terminal }: Shell): Promise<void> {
  await withSession(options, async (session) => {
    const input = {
      since: options.since,
      until: options.until,
      tz: session.config.tz.value,
      filter: options.filter,
    };
    // What is asked about is shown first; who has agreed beforehand sees what was done.
    if (options.dryRun || !options.yes) {
      const planned = await session.perform(repriceRecords, { ...input, is_dry_run: true });
      if (options.dryRun) return terminal.out(write(planned, options));
      if (planned.changed === 0) return terminal.out(write(planned, { ...options, dryRun: undefined }));
      terminal.note(writeText(planned, true).trimEnd());
      askFirst(`Change ${count(planned.changed)} records?`, { yes: options.yes, terminal });
    }
    const done = await session.perform(repriceRecords, { ...input, is_dry_run: false });
    terminal.out(write(done, options));
  });
}

function write(result: RepriceResult, options: RepriceOptions): string {
  const isDryRun = options.dryRun === true;
  return options.json ? writeJson(result, isDryRun) : writeText(result, isDryRun);
}

function writeText(result: RepriceResult, isDryRun: boolean): string {
  const { records, changed, changed_amounts, newly_priced, newly_unpriced } = result;
  if (changed === 0) return writeUnchanged(result);
  const rows = result.models.filter((model) => model.changed > 0).map((model) => [
    model.provider,
    model.model,
    ...writeCells(model),
  ]);
  rows.push(["total", "", ...writeCells(result)]);
  const header = [
    "provider",
    "model",
    "records",
    "changed",
    "newly priced",
    "newly unpriced",
    "before",
    "after",
    "difference",
  ];
  const { left, right } = { left: "left", right: "right" } as const;
  const grid = writeGrid(header, rows, [left, left, right, right, right, right, right, right, right]);
  const other_amounts = changed_amounts - newly_priced - newly_unpriced;
  // Each record is in one of these alone: they add up to what is changed.
  const what = `${count(changed)} of ${count(records)} records: ${count(newly_priced)} newly priced, ` +
    `${count(newly_unpriced)} newly unpriced, ${count(other_amounts)} from one amount to another, ` +
    `${count(changed - changed_amounts)} with the same amount by another price or reason`;
  return `${grid}\n${isDryRun ? "Would change" : "Changed"} ${what}\n`;
}

function writeUnchanged({ records, unpriced_after }: RepriceTotals): string {
  const unpriced = unpriced_after === 0
    ? ""
    : `; ${count(unpriced_after)} ${unpriced_after === 1 ? "has" : "have"} no price in it`;
  return `${count(records - unpriced_after)} records cost what the price book says${unpriced}: nothing changes\n`;
}

function writeCells(totals: RepriceTotals): string[] {
  const { records, changed, newly_priced, newly_unpriced, unpriced_before, unpriced_after } = totals;
  const counts = [records, changed, newly_priced, newly_unpriced].map(count);
  const { before, after, difference } = readKnownSums(totals);
  return [...counts, writeSum(before, unpriced_before), writeSum(after, unpriced_after), writeDifference(difference)];
}

/** What is known of a sum, and of how many records nothing is: `$0.06`, `$0.06 (1 unpriced)`, `- (2 unpriced)`. */
function writeSum(sum: Usd | null, unpriced: number): string {
  const known = sum === null ? "-" : writeAmount(sum);
  return unpriced === 0 ? known : `${known} (${count(unpriced)} unpriced)`;
}

function writeDifference(amount: Usd | null): string {
  if (amount === null) return "-";
  if (amount === 0n) return "0";
  return amount < 0n ? `-${writeAmount(usdFromNanos(-amount))}` : `+${writeAmount(amount)}`;
}

/** All digits, with the thousands apart: `$1,460.746775350`. */
function writeAmount(amount: Usd): string {
  return `$${formatUsd(amount).replace(/\B(?=(?:\d{3})+\.)/g, ",")}`;
}

function writeJson(result: RepriceResult, dry_run: boolean): string {
  return `${JSON.stringify(toWireRepricing(result, dry_run), null, 2)}\n`;
}

function count(records: number): string {
  return records.toLocaleString("en-US");
}
