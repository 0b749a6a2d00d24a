/**
 * Setup links: one-time tokens that make the first user of an installation.
 */

import { CostopsError } from "../core/error.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import type { Act } from "./organizations.ts";
import { hasUsers, insertUser, type NewUser, type User } from "./users.ts";

/** A link's token as its SHA-256 (64 hex digits), and until when it holds (milliseconds since 1970 UTC). */
export interface SetupLink {
  readonly sha256: string;
  readonly expires_at: number;
}

/** Keeps a setup link; false when there is a user already, and then none is kept. */
export function createSetupLink(database: Database, link: SetupLink, { actor, now }: Act): Promise<boolean> {
  return database.write(async (queries) => {
    if (await hasUsers({ reader: queries })) return false;
    await queries.deleteFrom("setup_links").where("expires_at", "<=", BigInt(now)).execute();
    await queries.insertInto("setup_links").values({ ...link, used_at: null }).execute();
    await recordAudit(queries, { organization_id: "", at: now, actor, action: "setup.offer", detail: {} });
    return true;
  });
}

/** Whether a link could be used now; only {@link consumeSetupLink} decides. */
export async function isSetupLinkOpen(
  { reader }: { readonly reader: Queries },
  { sha256, now }: { readonly sha256: string; readonly now: number },
): Promise<boolean> {
  const row = await reader.selectFrom("setup_links").select("sha256").where("sha256", "=", sha256)
    .where("used_at", "is", null).where("expires_at", ">", BigInt(now)).executeTakeFirst();
  return row !== undefined && !await hasUsers({ reader });
}

/**
 * Uses a link up and makes the first user, both or neither; of several processes one. Fails with `unauthenticated` when
 * the link is none, was used or has ended, or there is a user already.
 */
export function consumeSetupLink(
  database: Database,
  { sha256, user }: { readonly sha256: string; readonly user: NewUser },
  act: Act,
): Promise<User> {
  return database.write(async (queries) => {
    const used = await queries.updateTable("setup_links").set({ used_at: act.now }).where("sha256", "=", sha256)
      .where("used_at", "is", null).where("expires_at", ">", BigInt(act.now)).returning("sha256").executeTakeFirst();
    if (used === undefined || await hasUsers({ reader: queries })) throw closedLink();
    return await insertUser(queries, user, act);
  });
}

/** What is said of every link that does not work, whatever is wrong with it. */
export function closedLink(): CostopsError {
  return new CostopsError(
    "unauthenticated",
    "Cannot set up with this link: it was used, has ended, or there is a user already; " +
      "costops admin user create makes users on the database",
  );
}
