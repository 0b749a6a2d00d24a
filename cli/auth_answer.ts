/**
 * Logs in to a server, logs out of it, and says who one is to it.
 */

import { CostopsError } from "../core/error.ts";
import { type Me, whoAmI } from "../server/operations/auth.ts";
import { toWireMe } from "../server/wire/accounts.ts";
import type { CommonOptions } from "./options.ts";
import { askPassword, readPassword } from "./password.ts";
import { Client } from "./remote/client.ts";
import { showLogin, toLogin } from "./remote/credentials.ts";
import { logInAt, refreshAt } from "./remote/login.ts";
import { changeLogin, findLogin, listServers } from "./remote/login_store.ts";
import { checkTransport, openRemoteSession } from "./remote/session.ts";
import type { Shell } from "./run.ts";
import { findServer, readConfig } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `auth login`. */
export interface LoginOptions extends CommonOptions {
  readonly email?: string;
  readonly passwordStdin?: true;
}

/** Answers `costops auth login`. */
export async function logIn(options: LoginOptions, { terminal }: Shell): Promise<void> {
  const { server, config } = readServer(options);
  checkTransport(server, config);
  const canAsk = Deno.stdin.isTerminal() && options.passwordStdin === undefined;
  const username = options.email ?? (canAsk ? prompt("Email:") ?? "" : "");
  if (username === "") throw new CostopsError("usage", "Cannot log in without an email: give it with --email");
  const isGiven = !canAsk || Deno.env.get("COSTOPS_PASSWORD") !== undefined;
  const password = isGiven ? readPassword(options) : askPassword(terminal.note);
  const tokens = await logInAt(server, { username, password });
  await changeLogin(server, () => Promise.resolve(toLogin(username, tokens)));
  if (options.quiet) return;
  terminal.note(`Logged in to ${server} as ${showControls(username)}`);
  if (config.server.value === undefined || options.server !== undefined) {
    terminal.note(`Commands ask it with --server ${server}, or all of them after: export COSTOPS_SERVER=${server}`);
  }
  if (config.api_key.value !== undefined) {
    terminal.note(`The API key (${config.api_key.origin}) wins over it: commands go on showing that`);
  }
}

/** Answers `costops auth logout`: the session ends on the server, and here also when the server cannot be asked. */
export async function logOut(options: CommonOptions, { terminal }: Shell): Promise<void> {
  const { server, config } = await readLoginServer(options);
  checkTransport(server, config);
  if (await findLogin(server) === undefined) {
    throw new CostopsError("not_found", `Cannot log out of ${server}: there is no login for it`);
  }
  const client = new Client(server, showLogin(server, refreshAt(server)));
  try {
    await client.send({ method: "post", path: "/auth/logout" });
  } catch (error) {
    // A session that has ended already is what was wanted.
    if (!(error instanceof CostopsError)) throw error;
    if (error.kind !== "unauthenticated") {
      await changeLogin(server, () => Promise.resolve(undefined));
      throw new CostopsError(
        error.kind,
        `${error.message}; the login was forgotten here, and its session ends on the server 7 days after its last use`,
        { cause: error },
      );
    }
  }
  await changeLogin(server, () => Promise.resolve(undefined));
  if (!options.quiet) terminal.note(`Logged out of ${server}`);
}

/** Answers `costops auth whoami`. */
export async function sayWho(
  options: CommonOptions & { readonly json?: true },
  { terminal }: Shell,
): Promise<void> {
  const { server, config } = await readLoginServer(options);
  const me = await openRemoteSession(server, config).perform(whoAmI, undefined);
  terminal.out(options.json ? `${JSON.stringify(toWireMe(me), null, 2)}\n` : writeWho(me));
}

function writeWho({ actor, organization_id, permissions, user, key }: Me): string {
  const name = user !== null ? user.email : key !== null ? `the API key ${key.id} (${key.name})` : actor;
  const roles = user === null ? "" : `, ${user.roles.join(", ")}`;
  return `${showControls(`${name} in ${organization_id}${roles}`)}\nmay ${permissions.join(", ")}\n`;
}

function readServer(options: CommonOptions) {
  const config = readConfig(options);
  const server = findServer(config);
  if (server !== undefined) return { server, config };
  throw new CostopsError("usage", "Cannot tell which server: name it with --server, or in COSTOPS_SERVER");
}

/** The server that is named, else the only one that there is a login for. */
async function readLoginServer(options: CommonOptions) {
  const config = readConfig(options);
  const servers = await listServers();
  return findServer(config) === undefined && servers.length === 1
    ? { server: servers[0]!, config }
    : readServer(options);
}
