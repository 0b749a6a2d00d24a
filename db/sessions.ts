/**
 * Sessions: families of refresh tokens, of which each is used once and followed by its successor.
 */

import { LIMITS } from "../core/limits.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";

/** One session of one user. */
export interface SessionKey {
  readonly organization_id: string;
  readonly user_id: string;
  readonly session_id: string;
}

/** A token's SHA-256 (64 hex digits), and until when it holds (milliseconds since 1970 UTC). */
export interface HashedToken {
  readonly sha256: string;
  readonly expires_at: number;
}

/** How long a used token still gives the successor it gave: a client may have lost the answer, or ask twice at once. */
export const GRACE_MS = 10_000;

/** What a session begins with: its first refresh token, and the hash of the password that was right. */
export interface SessionStart {
  readonly token: HashedToken;
  readonly password_hash: string;
  readonly now: number;
}

/**
 * Begins a session; the user's oldest one ends when there are too many. False, and none is begun, when the user was
 * disabled or got another password while this one was checked.
 */
export function beginSession(
  database: Database,
  { organization_id, user_id, session_id }: SessionKey,
  { token: { sha256, expires_at }, password_hash, now }: SessionStart,
): Promise<boolean> {
  return database.write(async (queries) => {
    await forgetEnded(queries, now);
    const user = await queries.selectFrom("users").select("id")
      .where("organization_id", "=", organization_id).where("id", "=", user_id)
      .where("is_disabled", "=", 0n).where("password_hash", "=", password_hash).executeTakeFirst();
    if (user === undefined) return false;
    await queries.insertInto("sessions")
      .values({ organization_id, id: session_id, user_id, created_at: now, expires_at, revoked_at: null }).execute();
    await queries.insertInto("refresh_tokens")
      .values({ sha256, organization_id, session_id, expires_at, used_at: null }).execute();
    await endOldest(queries, { organization_id, user_id, now });
    const detail = { session: session_id };
    const actor = `user:${user_id}`;
    await recordAudit(queries, { organization_id, at: now, actor, action: "session.begin", detail });
    return true;
  });
}

/** What became of a refresh token that was shown. */
export type Rotation =
  | { readonly outcome: "rotated"; readonly session: SessionKey }
  /** It was used before its grace: somebody has stolen it, or its successor. The session has ended. */
  | { readonly outcome: "reused"; readonly session: SessionKey }
  | { readonly outcome: "unknown" };

/**
 * Uses a refresh token and stores its successor. A token that was used within the grace gives the same successor again;
 * one that was used before ends its session. Of several that come at once, in any process, one is the first.
 */
export function rotateToken(
  database: Database,
  { sha256, successor, now }: { readonly sha256: string; readonly successor: HashedToken; readonly now: number },
): Promise<Rotation> {
  return database.write(async (queries) => {
    const used = await queries.updateTable("refresh_tokens").set({ used_at: now })
      .where("sha256", "=", sha256).where("used_at", "is", null).where("expires_at", ">", BigInt(now))
      .returning("sha256").executeTakeFirst();
    const found = await findSession(queries, { sha256, now });
    if (found === undefined) return { outcome: "unknown" };
    const { used_at, session } = found;
    if (used !== undefined) {
      await storeSuccessor(queries, session, successor);
      return { outcome: "rotated", session };
    }
    if (used_at > now - GRACE_MS) return { outcome: "rotated", session };
    await endSession(queries, session, { now, action: "session.reuse" });
    return { outcome: "reused", session };
  });
}

/** The session of a used token that neither the token nor the session nor its user has ended. */
async function findSession(
  queries: Queries,
  { sha256, now }: { readonly sha256: string; readonly now: number },
): Promise<{ readonly used_at: number; readonly session: SessionKey } | undefined> {
  const row = await queries.selectFrom("refresh_tokens as token")
    .innerJoin(
      "sessions as session",
      (join) =>
        join.onRef("session.organization_id", "=", "token.organization_id").onRef(
          "session.id",
          "=",
          "token.session_id",
        ),
    )
    .innerJoin(
      "users",
      (join) =>
        join.onRef("users.organization_id", "=", "session.organization_id").onRef("users.id", "=", "session.user_id"),
    )
    .select(["token.used_at", "session.organization_id", "session.user_id", "token.session_id"])
    .where("token.sha256", "=", sha256).where("token.expires_at", ">", BigInt(now))
    .where("session.revoked_at", "is", null).where("users.is_disabled", "=", 0n)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { organization_id, user_id, session_id } = row;
  return { used_at: Number(row.used_at), session: { organization_id, user_id, session_id } };
}

async function storeSuccessor(
  queries: Queries,
  { organization_id, session_id }: SessionKey,
  { sha256, expires_at }: HashedToken,
): Promise<void> {
  await queries.insertInto("refresh_tokens")
    .values({ sha256, organization_id, session_id, expires_at, used_at: null }).execute();
  await queries.updateTable("sessions").set({ expires_at })
    .where("organization_id", "=", organization_id).where("id", "=", session_id).execute();
}

/** Ends a session and gives back one of its access tokens, which would hold for longer. */
export function logOut(
  database: Database,
  session: SessionKey,
  { token, now }: { readonly token: { readonly id: string; readonly expires_at: number }; readonly now: number },
): Promise<void> {
  return database.write(async (queries) => {
    await queries.insertInto("revoked_tokens").values({ organization_id: session.organization_id, ...token })
      .onConflict((conflict) => conflict.columns(["organization_id", "id"]).doNothing()).execute();
    await endSession(queries, session, { now, action: "session.end" });
  });
}

async function endSession(
  queries: Queries,
  { organization_id, user_id, session_id }: SessionKey,
  { now, action }: { readonly now: number; readonly action: string },
): Promise<void> {
  const ended = await queries.updateTable("sessions").set({ revoked_at: now })
    .where("organization_id", "=", organization_id).where("id", "=", session_id).where("revoked_at", "is", null)
    .returning("id").executeTakeFirst();
  if (ended === undefined) return;
  const detail = { session: session_id };
  await recordAudit(queries, { organization_id, at: now, actor: `user:${user_id}`, action, detail });
}

/** Ends every session of a user, within a transaction that writes. */
export async function endSessionsOf(
  queries: Queries,
  user: { readonly organization_id: string; readonly id: string },
  now: number,
): Promise<void> {
  await queries.updateTable("sessions").set({ revoked_at: now })
    .where("organization_id", "=", user.organization_id).where("user_id", "=", user.id)
    .where("revoked_at", "is", null).execute();
}

async function endOldest(
  queries: Queries,
  { organization_id, user_id, now }: {
    readonly organization_id: string;
    readonly user_id: string;
    readonly now: number;
  },
): Promise<void> {
  const beyond = await queries.selectFrom("sessions").select("id")
    .where("organization_id", "=", organization_id).where("user_id", "=", user_id).where("revoked_at", "is", null)
    .orderBy("created_at", "desc").orderBy("id", "desc").limit(1).offset(LIMITS.sessions).executeTakeFirst();
  if (beyond === undefined) return;
  await queries.updateTable("sessions").set({ revoked_at: now })
    .where("organization_id", "=", organization_id).where("id", "=", beyond.id).execute();
}

/** What has ended by itself is of no use any more: no token of it would be taken, used or not. */
async function forgetEnded(queries: Queries, now: number): Promise<void> {
  await queries.deleteFrom("refresh_tokens").where("expires_at", "<=", BigInt(now)).execute();
  await queries.deleteFrom("sessions").where("expires_at", "<=", BigInt(now)).execute();
  await queries.deleteFrom("revoked_tokens").where("expires_at", "<=", BigInt(now - FORGET_AFTER_MS)).execute();
}

/** Clocks differ by seconds; an access token must not come back to life because one of them is late. */
const FORGET_AFTER_MS = 600_000;

/** What an access token needs to hold, as it is now. */
export interface SessionState {
  readonly email: string;
  /** Names of roles with blanks between them. */
  readonly roles: string;
}

/**
 * The state behind an access token; undefined when the token, its session or its user is gone, ended or disabled.
 */
export async function findSessionState(
  { reader }: Database,
  { organization_id, user_id, session_id, token_id }: SessionKey & { readonly token_id: string },
): Promise<SessionState | undefined> {
  return await reader.selectFrom("sessions as session")
    .innerJoin(
      "users",
      (join) =>
        join.onRef("users.organization_id", "=", "session.organization_id").onRef("users.id", "=", "session.user_id"),
    )
    .leftJoin(
      "revoked_tokens as revoked",
      (join) => join.onRef("revoked.organization_id", "=", "session.organization_id").on("revoked.id", "=", token_id),
    )
    .select(["users.email", "users.roles"])
    .where("session.organization_id", "=", organization_id).where("session.id", "=", session_id)
    .where("session.user_id", "=", user_id).where("session.revoked_at", "is", null)
    .where("users.is_disabled", "=", 0n).where("revoked.id", "is", null)
    .executeTakeFirst();
}
