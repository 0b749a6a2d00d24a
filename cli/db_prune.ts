/**
 * Retention from the command line.
 */

import { parseRange } from "../core/time.ts";
import { pruneRecords } from "../server/operations/retention.ts";
import { askFirst } from "./ask.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { withLocalSession } from "./session.ts";

/** Answers `costops db prune`. */
export async function prune(
  options: CommonOptions & { readonly before: string; readonly dryRun?: true; readonly yes?: true },
  { terminal }: Shell,
): Promise<void> {
  await withLocalSession(options, async (session) => {
    const before = parseRange({ since: options.before, tz: "UTC" }, session.local.environment.now()).since;
    const preview = await session.perform(pruneRecords, { before, is_preview: true });
    const day = new Date(preview.before).toISOString().slice(0, 10);
    const what = `${preview.records} records from before ${day} in ${session.local.principal.organization_id}`;
    if (options.dryRun) return terminal.out(`Would drop ${what}\n`);
    askFirst(`Drop ${what}? Their sums stay.`, { yes: options.yes, terminal });
    const { records } = await session.perform(pruneRecords, { before, is_preview: false });
    terminal.out(`Dropped ${records} records from before ${day}; their sums stay\n`);
  }, { isReading: true });
}
