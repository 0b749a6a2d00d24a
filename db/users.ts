/**
 * Users: who may log in, to which organization, with which roles. They are disabled, never deleted.
 */

import type { Selectable } from "kysely";
import { isRole, type Role } from "../core/access.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { UsersTable } from "./account_tables.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import type { Act } from "./organizations.ts";
import { endSessionsOf } from "./sessions.ts";

/** Somebody who may log in; never with the hash of the password. */
export interface User {
  readonly organization_id: string;
  readonly id: string;
  /** As it was written. */
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly Role[];
  readonly is_disabled: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly created_at: number;
}

/** A user with the hash of the password, for logging in. */
export interface UserWithPassword extends User {
  /** A PHC string. */
  readonly password_hash: string;
}

/** Which user of an organization. */
export interface UserKey {
  readonly organization_id: string;
  /** The id, or the email. */
  readonly user: string;
}

/** A new user. */
export type NewUser = Omit<UserWithPassword, "is_disabled" | "created_at">;

/** One address, however it is written: there is one user of it in the whole installation. */
export function toEmailKey(email: string): string {
  return email.trim().normalize("NFC").toLowerCase();
}

/** Whether there is any user yet. */
export async function hasUsers({ reader }: { readonly reader: Queries }): Promise<boolean> {
  return await reader.selectFrom("users").select("id").limit(1).executeTakeFirst() !== undefined;
}

/** The user with an address, undefined when there is none. */
export async function findUserToLogIn({ reader }: Database, email: string): Promise<UserWithPassword | undefined> {
  const row = await reader.selectFrom("users").selectAll().where("email_key", "=", toEmailKey(email))
    .executeTakeFirst();
  return row === undefined ? undefined : { ...toUser(row), password_hash: row.password_hash };
}

/** One user of an organization. Fails with `not_found`. */
export function readUser({ reader }: Database, key: UserKey): Promise<User> {
  return selectUser(reader, key);
}

/** Users of an organization, the oldest first, from behind the id `after` on; at most `limit`. */
export async function listUsers(
  { reader }: Database,
  { organization_id, after, limit }: {
    readonly organization_id: string;
    readonly after?: string;
    readonly limit: number;
  },
): Promise<User[]> {
  const rows = await reader.selectFrom("users").selectAll().where("organization_id", "=", organization_id)
    .where("id", ">", after ?? "").orderBy("id").limit(limit).execute();
  return rows.map(toUser);
}

/** Makes a user. Fails with `conflict` when the address is taken, `not_found` without such an organization. */
export function createUser(database: Database, user: NewUser, act: Act): Promise<User> {
  return database.write((queries) => insertUser(queries, user, act));
}

/** Makes a user within a transaction that writes; see {@link createUser}. */
export async function insertUser(queries: Queries, user: NewUser, { actor, now }: Act): Promise<User> {
  const { organization_id, id, email, name, roles } = user;
  await requireRoom(queries, organization_id);
  const row: Selectable<UsersTable> = {
    organization_id,
    id,
    email: email.trim(),
    email_key: toEmailKey(email),
    name,
    password_hash: user.password_hash,
    roles: writeRoles(roles),
    is_disabled: 0n,
    created_at: BigInt(now),
  };
  const inserted = await queries.insertInto("users").values(row)
    .onConflict((conflict) => conflict.column("email_key").doNothing()).returning("id").executeTakeFirst();
  if (inserted === undefined) {
    throw new CostopsError("conflict", `Cannot create the user ${JSON.stringify(row.email)}: there is one already`);
  }
  const detail = { id, email: row.email, roles };
  await recordAudit(queries, { organization_id, at: now, actor, action: "user.create", detail });
  return toUser(row);
}

async function requireRoom(queries: Queries, organization_id: string): Promise<void> {
  const organization = await queries.selectFrom("organizations").select("id").where("id", "=", organization_id)
    .executeTakeFirst();
  if (organization === undefined) {
    throw new CostopsError("not_found", `Cannot find the organization ${JSON.stringify(organization_id)}`);
  }
  const { count } = await queries.selectFrom("users").select((of) => of.fn.countAll<bigint>().as("count"))
    .where("organization_id", "=", organization_id).executeTakeFirstOrThrow();
  if (count < BigInt(LIMITS.users)) return;
  throw new CostopsError("conflict", `Cannot create one more user: an organization has at most ${LIMITS.users}`);
}

/** What is changed of a user; one thing at a time, so that the audit log says which. */
export type UserChange =
  | { readonly roles: readonly Role[] }
  | { readonly is_disabled: boolean }
  | { readonly password_hash: string };

/** Who changes a user, and what they may change. */
export interface UserAct extends Act {
  /** Fails when this user, as it is now, is not theirs to change; runs in the transaction. */
  readonly permit: (user: User) => void;
}

/**
 * Changes a user. Who is disabled or gets another password loses every session. Fails with `not_found`, and with
 * `conflict` when no super admin would be left that can log in.
 */
export function changeUser(database: Database, key: UserKey, change: UserChange & UserAct): Promise<User> {
  return database.write(async (queries) => {
    const before = await selectUser(queries, key);
    change.permit(before);
    const { action, columns, detail, after } = planChange(before, change);
    await queries.updateTable("users").set(columns)
      .where("organization_id", "=", before.organization_id).where("id", "=", before.id).execute();
    if (isActiveSuperAdmin(before) && !isActiveSuperAdmin(after)) await requireSuperAdminLeft(queries, before);
    if (!("roles" in change)) await endSessionsOf(queries, before, change.now);
    const { now: at, actor } = change;
    const { organization_id, id, email } = before;
    await recordAudit(queries, { organization_id, at, actor, action, detail: { id, email, ...detail } });
    return after;
  });
}

interface PlannedChange {
  readonly action: string;
  readonly columns: Partial<Selectable<UsersTable>>;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly after: User;
}

function planChange(before: User, change: UserChange): PlannedChange {
  if ("roles" in change) {
    const { roles } = change;
    const detail = { roles, before: before.roles };
    return { action: "user.roles", columns: { roles: writeRoles(roles) }, detail, after: { ...before, roles } };
  }
  if ("is_disabled" in change) {
    const { is_disabled } = change;
    const action = is_disabled ? "user.disable" : "user.enable";
    const columns = { is_disabled: is_disabled ? 1n : 0n };
    return { action, columns, detail: {}, after: { ...before, is_disabled } };
  }
  return { action: "user.password", columns: { password_hash: change.password_hash }, detail: {}, after: before };
}

function isActiveSuperAdmin({ roles, is_disabled }: User): boolean {
  return roles.includes("super_admin") && !is_disabled;
}

/** Looks after the change, in its transaction: whoever comes second finds what the first has left. */
async function requireSuperAdminLeft(queries: Queries, { email }: User): Promise<void> {
  const left = await queries.selectFrom("users").select("id").where("is_disabled", "=", 0n)
    .where("roles", "like", "%super_admin%").limit(1).executeTakeFirst();
  if (left !== undefined) return;
  throw new CostopsError(
    "conflict",
    `Cannot take ${JSON.stringify(email)} away: it is the last super admin; make another one first`,
  );
}

async function selectUser(queries: Queries, { organization_id, user }: UserKey): Promise<User> {
  const query = queries.selectFrom("users").selectAll().where("organization_id", "=", organization_id);
  const row =
    await (user.includes("@") ? query.where("email_key", "=", toEmailKey(user)) : query.where("id", "=", user))
      .executeTakeFirst();
  if (row !== undefined) return toUser(row);
  const shown = JSON.stringify(user.slice(0, LIMITS.email_characters));
  throw new CostopsError("not_found", `Cannot find the user ${shown} in the organization ${organization_id}`);
}

function writeRoles(roles: readonly Role[]): string {
  return [...new Set(roles)].sort().join(" ");
}

/** Reads roles as they are stored; a role that this program does not know gives nothing. */
export function readRoles(text: string): Role[] {
  return text.split(" ").filter(isRole);
}

function toUser(row: Selectable<UsersTable>): User {
  return {
    organization_id: row.organization_id,
    id: row.id,
    email: row.email,
    name: row.name,
    roles: readRoles(row.roles),
    is_disabled: row.is_disabled !== 0n,
    created_at: Number(row.created_at),
  };
}
