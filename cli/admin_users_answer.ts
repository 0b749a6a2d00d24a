/**
 * Looks after users.
 */

import { LIMITS } from "../core/limits.ts";
import type { User } from "../db/users.ts";
import * as operations from "../server/operations/users.ts";
import { toWireUser } from "../server/wire/accounts.ts";
import { askFirst } from "./ask.ts";
import { toSecond, writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import { readPassword } from "./password.ts";
import type { Shell } from "./run.ts";
import { withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of every command about one user. */
export interface UserOptions extends CommonOptions {
  readonly json?: true;
}

/** The flags of commands that set a password. */
export interface PasswordOptions extends UserOptions {
  readonly passwordStdin?: true;
}

/** The flags of `admin user create`. */
export interface CreateUserOptions extends PasswordOptions {
  readonly role?: readonly string[];
  readonly name?: string;
}

/** Answers `costops admin user create`. */
export async function createUser(email: string, options: CreateUserOptions, shell: Shell): Promise<void> {
  const password = readPassword(options);
  const input = { email, name: options.name, roles: options.role ?? [], password };
  const user = await withSession(options, (session) => session.perform(operations.addUser, input));
  say(user, {
    options,
    shell,
    words: `Created the user ${user.email} in ${user.organization_id}, ${writeRoles(user)}`,
  });
}

/** Answers `costops admin user list`. */
export async function listUsers(options: UserOptions, { terminal }: Shell): Promise<void> {
  const users = await withSession(options, async (session) => {
    const { data, has_more } = await session.perform(operations.readUsers, { limit: LIMITS.users });
    if (has_more) throw new Error("an organization has more users than it may");
    return data;
  }, { isReading: true });
  if (options.json) return terminal.out(writeJson({ data: users.map(toWireUser) }));
  const rows = users.map((user) => {
    const { email, name, id, is_disabled, created_at } = toWireUser(user);
    return [email, name ?? "", writeRoles(user), is_disabled ? "disabled" : "", toSecond(created_at), id];
  });
  const header = ["email", "name", "roles", "state", "created", "id"];
  terminal.out(writeGrid(header, rows, header.map(() => "left")));
}

/** Answers `costops admin user roles`. */
export async function setRoles(
  user: string,
  { roles, options, shell }: {
    readonly roles: readonly string[];
    readonly options: UserOptions;
    readonly shell: Shell;
  },
): Promise<void> {
  const changed = await withSession(
    options,
    (session) => session.perform(operations.setUserRoles, { user, roles }),
    { isReading: true },
  );
  say(changed, { options, shell, words: `Now ${changed.email} has the roles ${writeRoles(changed)}` });
}

/** Answers `costops admin user password`. */
export async function setPassword(user: string, options: PasswordOptions, shell: Shell): Promise<void> {
  const password = readPassword(options);
  const changed = await withSession(
    options,
    (session) => session.perform(operations.setUserPassword, { user, password }),
    { isReading: true },
  );
  say(changed, { options, shell, words: `Set the password of ${changed.email}; its sessions have ended` });
}

/** Answers `costops admin user disable`. */
export async function disableUser(
  user: string,
  options: UserOptions & { readonly yes?: true },
  shell: Shell,
): Promise<void> {
  const changed = await withSession(options, (session) => {
    askFirst(`Disable the user ${showControls(user)}?`, { yes: options.yes, terminal: shell.terminal });
    return session.perform(operations.disableUser, { user });
  }, { isReading: true });
  say(changed, { options, shell, words: `Disabled ${changed.email}: its sessions and API keys hold no more` });
}

/** Answers `costops admin user enable`. */
export async function enableUser(user: string, options: UserOptions, shell: Shell): Promise<void> {
  const changed = await withSession(options, (session) => session.perform(operations.enableUser, { user }), {
    isReading: true,
  });
  say(changed, { options, shell, words: `Now ${changed.email} may log in again, ${writeRoles(changed)}` });
}

function say(
  user: User,
  { options, shell, words }: { readonly options: UserOptions; readonly shell: Shell; readonly words: string },
): void {
  shell.terminal.out(options.json ? writeJson(toWireUser(user)) : `${showControls(words)}\n`);
}

function writeRoles({ roles }: User): string {
  return roles.join(", ");
}

function writeJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
