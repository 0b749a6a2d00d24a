/**
 * `costops admin`: organizations, and who may ask a server.
 */

import type { Command } from "@commander-js/extra-typings";
import { addAdminKeys } from "./admin_keys.ts";
import { addAdminUsers } from "./admin_users.ts";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `admin`. */
export function addAdmin(program: Command, shell: Shell): void {
  const admin = program.command("admin").summary("look after organizations, users and API keys")
    .addHelpText(
      "after",
      examples(
        "costops admin org create acme",
        "costops admin user create ann@example.com --org acme --role org_admin --password-stdin < password.txt",
        "costops admin key create --org acme --scope usage:create",
      ),
    );
  const org = admin.command("org").summary("organizations, whose records never meet")
    .addHelpText("after", examples("costops admin org create acme", "costops admin org list"));
  org.command("create").argument("<name>", "the organization's name").summary("make an organization")
    .option("--id <id>", "its id, where the name is none: letters, digits, - _ . (default: the name)")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin org create acme", "costops admin org create 'Acme Inc.' --id acme"))
    .action(async (name, options) =>
      await (await import("./admin_answer.ts")).createOrganization(name, options, shell)
    );
  org.command("list").summary("every organization")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin org list"))
    .action(async (options) => await (await import("./admin_answer.ts")).listOrganizations(options, shell));
  addAdminUsers(admin as unknown as Command, shell);
  addAdminKeys(admin as unknown as Command, shell);
}
