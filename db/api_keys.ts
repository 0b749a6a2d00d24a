/**
 * API keys: what a program shows in the place of a login. Only a hash of the key is kept.
 */

import type { Selectable } from "kysely";
import { isPermission, type Permission } from "../core/access.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { ApiKeysTable } from "./account_tables.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import type { Act } from "./organizations.ts";

/** What is known of an API key; never the key. Times are milliseconds since 1970 UTC. */
export interface ApiKey {
  readonly organization_id: string;
  /** The 8 characters that stand in the key. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** The user who made it; null is the operator of the database. */
  readonly created_by: string | null;
  readonly created_at: number;
  /** Null is never. */
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

/** A new API key. */
export interface NewApiKey extends Omit<ApiKey, "created_at" | "revoked_at" | "last_used_at"> {
  /** Of the whole key; 64 hex digits. */
  readonly sha256: string;
}

/** Which keys of an organization: everybody's, or one user's. */
export interface ApiKeyScope {
  readonly organization_id: string;
  readonly created_by?: string;
}

/** API keys, the oldest first, from behind the position `after` on; at most `limit`. */
export async function listApiKeys(
  { reader }: Database,
  { organization_id, created_by, after, limit }: ApiKeyScope & {
    readonly after?: { readonly created_at: number; readonly id: string };
    readonly limit: number;
  },
): Promise<ApiKey[]> {
  let query = reader.selectFrom("api_keys").selectAll().where("organization_id", "=", organization_id);
  if (created_by !== undefined) query = query.where("created_by", "=", created_by);
  if (after !== undefined) {
    const { created_at, id } = after;
    query = query.where((of) =>
      of.or([of("created_at", ">", BigInt(created_at)), of("created_at", "=", BigInt(created_at)).and("id", ">", id)])
    );
  }
  const rows = await query.orderBy("created_at").orderBy("id").limit(limit).execute();
  return rows.map(toApiKey);
}

/** One API key of an organization, undefined when there is none. */
export async function findApiKey(
  { reader }: Database,
  { organization_id, id }: Pick<ApiKey, "organization_id" | "id">,
): Promise<ApiKey | undefined> {
  const row = await reader.selectFrom("api_keys").selectAll()
    .where("organization_id", "=", organization_id).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toApiKey(row);
}

/** Keeps a new API key. Fails with `conflict` when its id is taken or the organization has too many. */
export async function createApiKey(database: Database, key: NewApiKey, { actor, now }: Act): Promise<ApiKey> {
  const { organization_id, id, name, scopes, created_by, expires_at } = key;
  const row: Selectable<ApiKeysTable> = {
    organization_id,
    id,
    name,
    sha256: key.sha256,
    scopes: [...new Set(scopes)].sort().join(" "),
    created_by,
    created_at: BigInt(now),
    expires_at: expires_at === null ? null : BigInt(expires_at),
    revoked_at: null,
    last_used_at: null,
  };
  await database.write(async (queries) => {
    await requireRoom(queries, { organization_id, now });
    const inserted = await queries.insertInto("api_keys").values(row)
      .onConflict((conflict) => conflict.column("id").doNothing()).returning("id").executeTakeFirst();
    if (inserted === undefined) throw new CostopsError("conflict", `Cannot create the API key ${id}: its id is taken`);
    const detail = { id, name, scopes, expires_at };
    await recordAudit(queries, { organization_id, at: now, actor, action: "key.create", detail });
  });
  return toApiKey(row);
}

async function requireRoom(
  queries: Queries,
  { organization_id, now }: { readonly organization_id: string; readonly now: number },
): Promise<void> {
  const { count } = await queries.selectFrom("api_keys").select((of) => of.fn.countAll<bigint>().as("count"))
    .where("organization_id", "=", organization_id).where("revoked_at", "is", null)
    .where((of) => of.or([of("expires_at", "is", null), of("expires_at", ">", BigInt(now))]))
    .executeTakeFirstOrThrow();
  if (count < BigInt(LIMITS.api_keys)) return;
  throw new CostopsError(
    "conflict",
    `Cannot create one more API key: an organization has at most ${LIMITS.api_keys}; revoke one first`,
  );
}

/** Of `cops_` and the id. */
const SHOWN_CHARACTERS = 13;

/** Revokes an API key. Fails with `not_found` when there is no such key in the scope, or it is revoked already. */
export async function revokeApiKey(
  database: Database,
  { organization_id, created_by, id }: ApiKeyScope & { readonly id: string },
  { actor, now }: Act,
): Promise<void> {
  await database.write(async (queries) => {
    let update = queries.updateTable("api_keys").set({ revoked_at: now })
      .where("organization_id", "=", organization_id).where("id", "=", id).where("revoked_at", "is", null);
    if (created_by !== undefined) update = update.where("created_by", "=", created_by);
    const revoked = await update.returning("name").executeTakeFirst();
    if (revoked === undefined) {
      // Somebody may have written the whole key: no more of it is repeated than what names it.
      throw new CostopsError("not_found", `Cannot find the API key ${JSON.stringify(id.slice(0, SHOWN_CHARACTERS))}`);
    }
    const detail = { id, name: revoked.name };
    await recordAudit(queries, { organization_id, at: now, actor, action: "key.revoke", detail });
  });
}

/** A key's state with what decides whether it holds. */
export interface ApiKeyState extends ApiKey {
  readonly sha256: string;
  /** The roles of the user who made it, as stored; null when the operator did, or that user is disabled or gone. */
  readonly creator_roles: string | null;
}

/** The state behind an API key; undefined when there is none or it was revoked. */
export async function findApiKeyState({ reader }: Database, id: string): Promise<ApiKeyState | undefined> {
  const row = await reader.selectFrom("api_keys as key")
    .leftJoin(
      "users as creator",
      (join) => join.onRef("creator.id", "=", "key.created_by").on("creator.is_disabled", "=", 0n),
    )
    .selectAll("key").select("creator.roles as creator_roles")
    .where("key.id", "=", id).where("key.revoked_at", "is", null)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...toApiKey(row), sha256: row.sha256, creator_roles: row.creator_roles };
}

/** How often the last use of a key is noted. */
export const USE_NOTED_EVERY_MS = 60_000;

/** Notes that a key was used, unless that was noted within the last minute, by whichever process. */
export async function noteApiKeyUse(
  database: Database,
  { organization_id, id }: Pick<ApiKey, "organization_id" | "id">,
  now: number,
): Promise<void> {
  await database.write((queries) =>
    queries.updateTable("api_keys").set({ last_used_at: now })
      .where("organization_id", "=", organization_id).where("id", "=", id)
      .where((of) =>
        of.or([of("last_used_at", "is", null), of("last_used_at", "<=", BigInt(now - USE_NOTED_EVERY_MS))])
      ).execute()
  );
}

function toApiKey(row: Selectable<ApiKeysTable>): ApiKey {
  const toNumber = (instant: bigint | null) => instant === null ? null : Number(instant);
  return {
    organization_id: row.organization_id,
    id: row.id,
    name: row.name,
    // A permission that this program does not know gives nothing.
    scopes: row.scopes.split(" ").filter(isPermission),
    created_by: row.created_by,
    created_at: Number(row.created_at),
    expires_at: toNumber(row.expires_at),
    revoked_at: toNumber(row.revoked_at),
    last_used_at: toNumber(row.last_used_at),
  };
}
