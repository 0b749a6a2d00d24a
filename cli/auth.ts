/**
 * `costops auth`: sessions of a server.
 */

import type { Command } from "@commander-js/extra-typings";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `auth`. */
export function addAuth(program: Command, shell: Shell): void {
  const auth = program.command("auth").summary("log in to a server, and out of it")
    .addHelpText("after", examples("costops auth login --server https://costops.example.com --email ann@example.com"));
  const answers = () => import("./auth_answer.ts");
  auth.command("login").summary("begin a session of a server")
    .description(
      "Begins a session of a server, which the other commands then show to it. Its tokens are kept in " +
        "credentials.json in costops' folder of configuration, for this user alone to read, and renewed as they end. An " +
        "API key (COSTOPS_API_KEY) wins over it.",
    )
    .option("--email <email>", "whose session it is")
    .option("--password-stdin", "read the password from stdin (else COSTOPS_PASSWORD, or the terminal)")
    .addHelpText(
      "after",
      examples(
        "costops auth login --server https://costops.example.com --email ann@example.com",
        "costops auth login --email ann@example.com --password-stdin < password.txt",
      ),
    )
    .action(async (options) => await (await answers()).logIn(options, shell));
  auth.command("logout").summary("end the session of a server")
    .addHelpText("after", examples("costops auth logout --server https://costops.example.com"))
    .action(async (options) => await (await answers()).logOut(options, shell));
  auth.command("whoami").summary("who one is to a server, and what one may do")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops auth whoami --json"))
    .action(async (options) => await (await answers()).sayWho(options, shell));
}
