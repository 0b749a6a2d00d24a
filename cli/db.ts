/**
 * `costops db`: the operator's commands on the database itself.
 */

import type { Command } from "@commander-js/extra-typings";
import { type CommonOptions, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `db`. */
export function addDb(program: Command, shell: Shell): void {
  const db = program.command("db").summary("look after the database");
  db.command("migrate").summary("bring the database to this version")
    .description(
      "Creates the database or brings it to this version; every command does so by itself when it opens one.",
    )
    .addHelpText("after", examples("costops db migrate --database ./costops.db"))
    .action(async (options) => await (await import("./db_answer.ts")).migrate(options as CommonOptions, shell));
  db.command("doctor").summary("prove that the database is sound")
    .description(
      "Checks the file, that every roll-up equals the sum of its rows to the last digit, that every stored cost follows " +
        "from its stored price, and that the audit log is whole. Exits 1 when something is found.",
    )
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops db doctor", "costops db doctor --json"))
    .action(async (options) => await (await import("./db_answer.ts")).doctor(options as CommonOptions, shell));
}
