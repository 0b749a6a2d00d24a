/**
 * `costops admin user`: who may log in to a server.
 */

import type { Command } from "@commander-js/extra-typings";
import { ROLES } from "../core/access.ts";
import { collect, examples } from "./options.ts";
import type { Shell } from "./run.ts";

const ROLE_NAMES = Object.keys(ROLES).join(", ");
const PASSWORD_STDIN = "read the password from stdin (else COSTOPS_PASSWORD)";

/** Declares the commands below `admin user`. */
export function addAdminUsers(admin: Command, shell: Shell): void {
  const user = admin.command("user").summary("users, who log in to a server")
    .addHelpText("after", examples("costops admin user list", "costops admin user create --help"));
  const answers = () => import("./admin_users_answer.ts");
  user.command("create").argument("<email>", "the user's email").summary("make a user")
    .option("--role <role>", `what it may do, repeatable: ${ROLE_NAMES}`, collect)
    .option("--name <name>", "its name")
    .option("--password-stdin", PASSWORD_STDIN)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples("costops admin user create ann@example.com --org acme --role org_admin --password-stdin < password.txt"),
    )
    .action(async (email, options) => await (await answers()).createUser(email, options, shell));
  user.command("list").summary("the users of an organization")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin user list --org acme"))
    .action(async (options) => await (await answers()).listUsers(options, shell));
  user.command("roles").argument("<email>", "the user's email or id").argument(
    "<roles...>",
    ROLE_NAMES,
  )
    .summary("give a user other roles")
    .description("Gives a user these roles in the place of those it has; they hold from the next request on.")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin user roles ann@example.com analyst billing --org acme"))
    .action(async (email, roles, options) => await (await answers()).setRoles(email, { roles, options, shell }));
  user.command("password").argument("<email>", "the user's email or id").summary(
    "set a user's password",
  )
    .description("Sets the password of a user and ends every session it has.")
    .option("--password-stdin", PASSWORD_STDIN)
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin user password ann@example.com --password-stdin < password.txt"))
    .action(async (email, options) => await (await answers()).setPassword(email, options, shell));
  user.command("disable").argument("<email>", "the user's email or id").summary(
    "keep a user out",
  )
    .description("Keeps a user out: its sessions end, and the API keys it made are refused.")
    .option("--yes", "do not ask")
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin user disable ann@example.com --org acme --yes"))
    .action(async (email, options) => await (await answers()).disableUser(email, options, shell));
  user.command("enable").argument("<email>", "the user's email or id").summary(
    "let a disabled user in again",
  )
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops admin user enable ann@example.com --org acme"))
    .action(async (email, options) => await (await answers()).enableUser(email, options, shell));
}
