/**
 * Users of an organization: who there are, a new one, other roles, disabled.
 */

import { permissionsOf, type Principal, type Role } from "../../core/access.ts";
import { readAccountName, readEmail, readNewPassword, readRoles } from "../../core/account.ts";
import { CostopsError } from "../../core/error.ts";
import { changeUser, createUser, listUsers, type User, type UserChange } from "../../db/users.ts";
import type { Environment } from "../environment.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** A page of users; the oldest first. */
export interface UserListInput {
  readonly organization_id?: string;
  /** The id of the last user of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** A page of what an organization has. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly has_more: boolean;
}

/** Lists the users of an organization, disabled ones too. */
export const readUsers: Operation<UserListInput, Page<User>> = {
  name: "listUsers",
  permission: "user:manage",
  handle: async ({ database }, principal, { after, limit, ...input }) => {
    const organization_id = chooseOrganization(principal, input);
    const found = await listUsers(database, { organization_id, after, limit: limit + 1 });
    return { data: found.slice(0, limit), has_more: found.length > limit };
  },
};

/** A new user. */
export interface NewUserInput {
  readonly organization_id?: string;
  readonly email: string;
  readonly name?: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/**
 * Makes a user. Fails with `invalid` on a wrong field, `forbidden` on a role that its giver does not hold all
 * permissions of, `conflict` when there is a user of that email.
 */
export const addUser: Operation<NewUserInput, User> = {
  name: "createUser",
  permission: "user:manage",
  handle: async (environment, principal, input) => {
    const organization_id = chooseOrganization(principal, input);
    const email = readEmail(input.email);
    const name = input.name === undefined ? null : readAccountName(input.name);
    const roles = readRoles(input.roles);
    const password = readNewPassword(input.password);
    requireRoles(principal, roles, "give");
    const password_hash = await environment.passwords.hash(password);
    const user = { organization_id, id: environment.newId(), email, name, roles, password_hash };
    return await createUser(environment.database, user, { actor: principal.actor, now: environment.now() });
  },
};

/** Which user. */
export interface UserInput {
  readonly organization_id?: string;
  /** The id, or the email. */
  readonly user: string;
}

/**
 * Gives a user other roles in the place of those it has. Fails with `not_found`; with `forbidden` on a role, or a user
 * with one, that the giver does not hold all permissions of; with `conflict` on the last super admin.
 */
export const setUserRoles: Operation<UserInput & { readonly roles: readonly string[] }, User> = {
  name: "setUserRoles",
  permission: "user:manage",
  handle: async (environment, principal, { roles, ...input }) => {
    const wanted = readRoles(roles);
    requireRoles(principal, wanted, "give");
    return await change(environment, principal, { input, change: { roles: wanted } });
  },
};

/** Disables a user, who loses every session and key at once. Fails as {@link setUserRoles}; disabled is not found. */
export const disableUser: Operation<UserInput, User> = {
  name: "disableUser",
  permission: "user:manage",
  handle: (environment, principal, input) => change(environment, principal, { input, change: { is_disabled: true } }),
};

/** Disables a user as {@link disableUser} does, for whoever takes it away and wants no answer. */
export const removeUser: Operation<UserInput, User> = { ...disableUser, name: "removeUser" };

/** Lets a disabled user log in again; its sessions stay ended. Fails as {@link setUserRoles}; else it is not found. */
export const enableUser: Operation<UserInput, User> = {
  name: "enableUser",
  permission: "user:manage",
  handle: (environment, principal, input) => change(environment, principal, { input, change: { is_disabled: false } }),
};

/** Sets the password of a user, who loses every session. Fails as {@link setUserRoles}, and with `invalid`. */
export const setUserPassword: Operation<UserInput & { readonly password: string }, User> = {
  name: "setUserPassword",
  permission: "user:manage",
  handle: async (environment, principal, { password, ...input }) => {
    const password_hash = await environment.passwords.hash(readNewPassword(password));
    return await change(environment, principal, { input, change: { password_hash } });
  },
};

async function change(
  { database, credentials, now }: Environment,
  principal: Principal,
  { input, change }: { readonly input: UserInput; readonly change: UserChange },
): Promise<User> {
  const key = { organization_id: chooseOrganization(principal, input), user: input.user };
  const permit = (user: User) => {
    requireRoles(principal, user.roles, "change a user with");
    if ("is_disabled" in change && user.is_disabled === change.is_disabled) {
      const state = user.is_disabled ? "disabled already" : "not disabled";
      throw new CostopsError("not_found", `Cannot change the user ${JSON.stringify(user.email)}: it is ${state}`);
    }
  };
  const changed = await changeUser(database, key, { ...change, actor: principal.actor, now: now(), permit });
  credentials.forget(changed.id);
  return changed;
}

/** Nobody gives what they do not have, and nobody takes over somebody who may do more. */
function requireRoles(principal: Principal, roles: readonly Role[], action: string): void {
  const beyond = roles.find((role) =>
    (role === "super_admin" && !principal.is_super_admin) ||
    !permissionsOf([role]).isSubsetOf(principal.permissions)
  );
  if (beyond === undefined) return;
  throw new CostopsError("forbidden", `Cannot ${action} the role ${beyond}: it may do more than you`);
}
