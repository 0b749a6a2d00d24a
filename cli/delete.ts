/**
 * `costops delete`: takes one record away.
 */

import type { Command } from "@commander-js/extra-typings";
import { type CommonOptions, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addDelete(program: Command, shell: Shell): void {
  program.command("delete").argument("<id>", "the record's id").summary("take one record away")
    .description(
      "Deletes one record and takes it out of every sum, with an entry in the audit log. Its id stays used: sending the " +
        "record again does not bring it back.",
    )
    .option("--yes", "do not ask")
    .addHelpText("after", examples("costops query records --since today", "costops delete chatcmpl-8fK2 --yes"))
    .action((id, options) => deleteOne(id, options, shell));
}

async function deleteOne(
  id: string,
  options: CommonOptions & { readonly yes?: true },
  { terminal }: Shell,
): Promise<void> {
  const { askFirst } = await import("./ask.ts");
  const { withSession } = await import("./session.ts");
  const { deleteRecord, getRecord } = await import("../server/operations/usage.ts");
  await withSession(options, async (session) => {
    const record = await session.perform(getRecord, { id });
    askFirst(`Delete ${id} (${record["model"]}, ${record["timestamp"]})?`, { yes: options.yes, terminal });
    await session.perform(deleteRecord, { id });
    if (!options.quiet) terminal.note(`Deleted ${id}`);
  }, { isReading: true });
}
