/**
 * Writes costs as a FOCUS dataset, row by row as they are worked out.
 */

import { CostopsError } from "../core/error.ts";
import { displayCell } from "../core/report/display.ts";
import { exportFocus } from "../server/operations/focus.ts";
import { perform } from "../server/operations/operation.ts";
import { openOutput } from "./output.ts";
import type { QueryOptions } from "./query_options.ts";
import type { Shell } from "./run.ts";
import { keptFiles, withSession } from "./session.ts";

/** Answers `costops report cost --format focus`; what has no price is told on stderr, since it has no row. */
export async function answerFocus(options: QueryOptions, { terminal }: Shell): Promise<void> {
  if (options.columns !== undefined) {
    throw new CostopsError("usage", "Cannot add --columns to focus: each unit that has a price is a row of its own");
  }
  const output = await openOutput(options.output, { terminal, kept: keptFiles(options) });
  try {
    const summary = await withSession(options, ({ local, config }) => {
      if (local === undefined) {
        throw new CostopsError("usage", "Cannot write focus through a server: name its database with --database");
      }
      const { since, until, filter, groupBy: group_by } = options;
      return perform(exportFocus, local, { since, until, filter, tz: config.tz.value, group_by, write: output.write });
    }, { isReading: true });
    await output.finish();
    if (summary.unpriced_records > 0n && !options.quiet) {
      const count = displayCell(summary.unpriced_records, "integer");
      terminal.note(
        `Left out, since they have no known price: ${count} ${
          summary.unpriced_records === 1n ? "record" : "records"
        }; ` +
          "see costops prices missing",
      );
    }
  } catch (error) {
    await output.abandon();
    throw error;
  }
}
