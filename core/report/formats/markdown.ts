/**
 * A report as Markdown, for pull requests and wikis.
 */

import { hasTotals, isNumeric } from "../cell.ts";
import { describePeriod, describeUnpriced, displayCell, displayName, revealControls } from "../display.ts";
import type { Report, ReportColumn } from "../report.ts";
import { describeSummary } from "../summary_words.ts";
import { type ReportEnd, type ReportFrame, type ReportRow, type RowWriter, writeWhole } from "../report_rows.ts";

/**
 * Writes a report as a GitHub-flavoured Markdown table with its period, a line of totals and what is unpriced. Figures
 * are rounded for reading; texts are escaped, so that a name cannot make a link, a picture or HTML.
 */
export function writeMarkdown(report: Report): Generator<string> {
  return writeWhole(beginMarkdown, report);
}

/** Begins Markdown as {@link writeMarkdown} writes it. */
export function beginMarkdown(frame: ReportFrame): RowWriter {
  const { report, columns } = frame;
  let hasRows = false;
  return {
    begin: `# ${escape(revealControls(report.title))}\n\n${escape(describePeriod(frame))}\n\n${writeHeader(columns)}`,
    row: (row) => {
      hasRows = true;
      return writeRow(columns, row);
    },
    end: (end) =>
      `${hasRows && hasTotals({ columns, ...end }) ? line(writeTotals(columns, end)) : ""}${writeEnd(frame, end)}`,
  };
}

function writeEnd(frame: ReportFrame, { coverage }: ReportEnd): string {
  const figures = describeSummary(frame);
  const parts = figures.length === 0 ? [] : [`\n${figures.map((figure) => `- ${escape(figure)}\n`).join("")}`];
  for (const [name, { columns, rows }] of Object.entries(frame.report.tables ?? {})) {
    parts.push(`\n## ${escape(displayName(name))}\n\n${writeHeader(columns)}`);
    parts.push(...rows.map((row) => writeRow(columns, row)));
  }
  const unpriced = describeUnpriced(coverage);
  if (unpriced !== undefined) parts.push(`\n${unpriced}.\n`);
  return parts.join("");
}

function writeHeader(columns: readonly ReportColumn[]): string {
  return line(columns.map((column) => escape(revealControls(column.name)))) +
    line(columns.map((column) => isNumeric(column.type) ? "---:" : ":---"));
}

function writeRow(columns: readonly ReportColumn[], row: ReportRow): string {
  return line(columns.map((column, index) => escape(displayCell(row[index] ?? null, column.type))));
}

function writeTotals(columns: readonly ReportColumn[], { totals }: ReportEnd): string[] {
  return columns.map((column, index) => {
    if (!Object.hasOwn(totals, column.name)) return index === 0 ? "**Total**" : "";
    return `**${escape(displayCell(totals[column.name] ?? null, column.type))}**`;
  });
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** Underscores inside a word mean nothing in Markdown and stay as they are, so that names read well as plain text too. */
function escape(text: string): string {
  return text.replace(/[\\`*[\]<>|&~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\$&");
}
