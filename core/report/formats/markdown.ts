/**
 * A report as Markdown, for pull requests and wikis.
 */

import { isNumeric, totalCells } from "../cell.ts";
import {
  describePeriod,
  describeSummary,
  describeUnpriced,
  displayCell,
  displayName,
  revealControls,
} from "../display.ts";
import type { Cell, Report, ReportColumn } from "../report.ts";

/**
 * Writes a report as a GitHub-flavoured Markdown table with its period, a line of totals and what is unpriced. Figures
 * are rounded for reading; texts are escaped, so that a name cannot make a link, a picture or HTML.
 */
export function* writeMarkdown(report: Report): Generator<string> {
  const { columns, rows, coverage } = report;
  yield `# ${escape(revealControls(report.report.title))}\n\n${escape(describePeriod(report))}\n\n`;
  yield* writeGrid(columns, rows);
  if (rows.length > 0) yield line(writeTotals(report));
  const figures = describeSummary(report);
  if (figures.length > 0) yield `\n${figures.map((figure) => `- ${escape(figure)}\n`).join("")}`;
  for (const [name, table] of Object.entries(report.report.tables ?? {})) {
    yield `\n## ${escape(displayName(name))}\n\n`;
    yield* writeGrid(table.columns, table.rows);
  }
  const unpriced = describeUnpriced(coverage);
  if (unpriced !== undefined) yield `\n${unpriced}.\n`;
}

function* writeGrid(columns: readonly ReportColumn[], rows: readonly (readonly Cell[])[]): Generator<string> {
  yield line(columns.map((column) => escape(revealControls(column.name))));
  yield line(columns.map((column) => isNumeric(column.type) ? "---:" : ":---"));
  for (const row of rows) {
    yield line(columns.map((column, index) => escape(displayCell(row[index] ?? null, column.type))));
  }
}

function writeTotals(report: Report): string[] {
  const totals = totalCells(report);
  return report.columns.map((column, index) => {
    if (!Object.hasOwn(report.totals, column.name)) return index === 0 ? "**Total**" : "";
    return `**${escape(displayCell(totals[index] ?? null, column.type))}**`;
  });
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** Underscores inside a word mean nothing in Markdown and stay as they are, so that names read well as plain text too. */
function escape(text: string): string {
  return text.replace(/[\\`*[\]<>|&~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\$&");
}
