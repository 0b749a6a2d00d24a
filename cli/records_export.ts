/**
 * Writes all records of a query page by page in constant memory.
 */

import type { RecordLines } from "../core/report/record_lines.ts";
import type { RecordPosition } from "../core/usage/record_sort.ts";
import { perform } from "../server/operations/operation.ts";
import type { RecordQuery } from "../server/operations/record_pages.ts";
import { listRecords } from "../server/operations/usage.ts";
import type { Session } from "./session.ts";

/** Records of one page: enough that no query is felt, few enough to hold. */
const PAGE = 2_000;

/** Writes at most `limit` records; a server's are held until all of them have come. */
export async function exportRecords(
  { local, perform: ask }: Session,
  query: RecordQuery,
  { limit, lines, write }: {
    readonly limit: number;
    readonly lines: RecordLines;
    readonly write: (text: string) => void;
  },
): Promise<void> {
  write(lines.header);
  if (local === undefined) {
    for (const record of (await ask(listRecords, { ...query, limit })).data) write(lines.write(record));
    return;
  }
  // Ranges that roll, such as 24h, must be the same for every page.
  const now = local.environment.now();
  const context = { ...local, environment: { ...local.environment, now: () => now } };
  let after: RecordPosition | undefined;
  for (let left = limit; left > 0; left -= PAGE) {
    const page = await perform(listRecords, context, { ...query, limit: Math.min(left, PAGE), after });
    for (const record of page.data) write(lines.write(record));
    if (page.next === null) return;
    after = page.next;
  }
}
