/**
 * `costops db`: the operator's commands on the database itself.
 */

import type { Command } from "@commander-js/extra-typings";
import { type CommonOptions, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `db`. */
export function addDb(program: Command, shell: Shell): void {
  const db = program.command("db").summary("look after the database")
    .addHelpText("after", examples("costops db doctor", "costops db backup costops.backup.db")) as unknown as Command;
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
    .option("--repair", "make the roll-ups anew from the rows, then check")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops db doctor", "costops db doctor --repair", "costops db doctor --json"))
    .action(async (options) => await (await import("./db_answer.ts")).doctor(options, shell));
  addBackup(db, shell);
  addCopy(db, shell);
  addPrune(db, shell);
}

function addBackup(db: Command, shell: Shell): void {
  db.command("backup").argument("<file>", "where to; it must not be there yet")
    .summary("copy the database while it is in use")
    .description("Writes one moment of the database to a file while others read and write it, and checks the copy.")
    .addHelpText("after", examples("costops db backup costops-$(date +%F).db"))
    .action(async (file, options) => await (await import("./db_copies.ts")).backup(file, { options, shell }));
  db.command("restore").argument("<file>", "a backup").summary("put a backup in the place of the database")
    .description(
      "Replaces everything in the database by a backup, all or nothing. What was stored after the backup is lost: back up " +
        "first. Commands that run at the same time should be stopped.",
    )
    .option("--yes", "do not ask")
    .addHelpText("after", examples("costops db restore costops-2026-01-31.db --yes"))
    .action(async (file, options) => await (await import("./db_copies.ts")).restore(file, { options, shell }));
}

function addCopy(db: Command, shell: Shell): void {
  db.command("copy").summary("copy everything into another database, and prove it")
    .description(
      "Copies a database into a new one, SQLite or Postgres each, and proves that both hold the same: every table's rows " +
        "byte for byte, the totals of each month and model, the audit log. A copy that was interrupted goes on where it " +
        "was when the same command is run again; until it is proved, nothing else can use the target. Exits 1 when the " +
        "two differ. Stop what writes to the source first.",
    )
    .option("--from <url>", "the database to copy (default: the configured one)")
    .requiredOption("--to <url>", "the database to make: a path, sqlite:PATH or postgres://…, not used before")
    .option("--json", "the proof as JSON")
    .addHelpText(
      "after",
      examples(
        "costops db copy --from ./costops.db --to postgres://costops@db.example/costops",
        "costops db copy --from postgres://costops@db.example/costops --to sqlite:./costops.db --json",
      ),
    )
    .action(async (options) => await (await import("./db_copy_answer.ts")).copy(options, shell));
}

function addPrune(db: Command, shell: Shell): void {
  db.command("prune").summary("drop old rows, keep their sums")
    .description(
      "Drops an organization's single records from before a day. Their sums by provider, model, project, environment, " +
        "service tier and user stay, so reports stay exact; what needs single records from before it is refused, and " +
        "records from before it are no longer taken in.",
    )
    .requiredOption("--before <day>", "drop what is older: 2026-01-01, 90d (days are UTC)")
    .option("--dry-run", "say how many records it would be, drop none")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      examples("costops db prune --before 2026-01-01 --dry-run", "costops db prune --before 400d --yes"),
    )
    .action(async (options) => await (await import("./db_prune.ts")).prune(options, shell));
}
