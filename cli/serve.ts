/**
 * `costops serve`: the server.
 */

import type { Command } from "@commander-js/extra-typings";
import { addServerFlags } from "./config_flags.ts";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the command. */
export function addServe(program: Command, shell: Shell): void {
  const serve = program.command("serve").summary("serve the REST API")
    .description(
      "Serves the REST API until it is told to stop (Ctrl-C, SIGTERM); then it answers what is in flight and ends with " +
        "0. The first start makes the database and prints how to make the first user.\n\n" +
        "It speaks plain HTTP. To be reached from other machines it wants a proxy with TLS in front of it.",
    )
    .option("--max-connections <number>", "connections to Postgres at most (DATABASE_MAX_CONNECTIONS)")
    .option("--reports-folder <folder>", "where the files of reports are kept (COSTOPS_REPORTS_FOLDER)")
    .option("--json", "when it is ready, one JSON object with its address on stdout")
    .addHelpText(
      "after",
      examples(
        "costops serve",
        "costops serve --port 8081 --database sqlite:/var/lib/costops/costops.db",
        "costops serve --host 0.0.0.0 --database postgres://costops@db/costops --jwt-secret-file /run/secrets/jwt",
      ),
    );
  serve.action(async (options) => await (await import("./serve_answer.ts")).serve(options, shell));
  addServerFlags(serve as unknown as Command);
}
