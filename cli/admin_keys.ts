/**
 * `costops admin key`: API keys, with which programs ask a server.
 */

import type { Command } from "@commander-js/extra-typings";
import { collect, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `admin key`. */
export function addAdminKeys(admin: Command, shell: Shell): void {
  const key = admin.command("key").summary("API keys, with which programs ask a server")
    .addHelpText("after", examples("costops admin key list", "costops admin key create --help"));
  const answers = () => import("./admin_keys_answer.ts");
  key.command("create").summary("make an API key")
    .description("Makes an API key and shows it on stdout, this once: only a hash of it is kept.")
    .option("--scope <permission>", "what it may do, repeatable: usage:create, cost:read, ...", collect)
    .option("--name <name>", "what it is for", "costops admin")
    .option("--expires <when>", "when it ends: 90d, 12h or 2027-01-31 (default: never)")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        "costops admin key create --org acme --scope usage:create",
        "costops admin key create --org acme --scope cost:read --scope usage:read --expires 90d --name dashboard",
      ),
    )
    .action(async (options) => await (await answers()).createKey(options, shell));
  key.command("list").summary("the API keys of an organization")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin key list --org acme"))
    .action(async (options) => await (await answers()).listKeys(options, shell));
  key.command("revoke").argument("<id>", "the 8 characters after cops_").summary(
    "make an API key hold no more",
  )
    .option("--yes", "do not ask")
    .addHelpText("after", examples("costops admin key revoke 3fK9xQ2b --org acme --yes"))
    .action(async (id, options) => await (await answers()).revokeKey(id, options, shell));
}
