/**
 * Retention from the command line.
 */

import { parseRange } from "../core/time.ts";
import { perform } from "../server/operations/operation.ts";
import { pruneRecords } from "../server/operations/retention.ts";
import { askFirst } from "./ask.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";

/** Answers `costops db prune`. */
export async function prune(
  options: CommonOptions & { readonly before: string; readonly dryRun?: true; readonly yes?: true },
  { terminal }: Shell,
): Promise<void> {
  await withSession(options, async (session) => {
    const before = parseRange({ since: options.before, tz: "UTC" }, session.environment.now()).since;
    const preview = await perform(pruneRecords, session, { before, is_preview: true });
    const day = new Date(preview.before).toISOString().slice(0, 10);
    const what = `${preview.records} records from before ${day} in ${session.principal.organization_id}`;
    if (options.dryRun) return terminal.out(`Would drop ${what}\n`);
    askFirst(`Drop ${what}? Their sums stay.`, { yes: options.yes, terminal });
    const { records } = await perform(pruneRecords, session, { before, is_preview: false });
    terminal.out(`Dropped ${records} records from before ${day}; their sums stay\n`);
  }, { isReading: true });
}
