/**
 * Organizations: the tenants, whose records never meet.
 */

import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { recordAudit } from "./audit.ts";
import type { Database } from "./database.ts";
import type { OrganizationsTable } from "./tables.ts";
import type { Selectable } from "kysely";

/** A tenant. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970 UTC. */
  readonly created_at: number;
}

/** Who changes something, and when (milliseconds since 1970 UTC): what the audit log says of it. */
export interface Act {
  readonly actor: string;
  readonly now: number;
}

/** Every organization, by id. */
export async function listOrganizations(database: Database): Promise<Organization[]> {
  const rows = await database.reader.selectFrom("organizations").selectAll().orderBy("id").execute();
  return rows.map(toOrganization);
}

/** The organization with an id, undefined when there is none. */
export async function findOrganization(database: Database, id: string): Promise<Organization | undefined> {
  const row = await database.reader.selectFrom("organizations").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toOrganization(row);
}

/** Makes an organization. Fails with `conflict` when the id is taken, with `invalid` when it or the name is none. */
export async function createOrganization(
  database: Database,
  { id, name }: { readonly id: string; readonly name: string },
  { actor, now }: Act,
): Promise<Organization> {
  checkId(id);
  checkName(name);
  await database.write(async (queries) => {
    const taken = await queries.selectFrom("organizations").select("id").where("id", "=", id).executeTakeFirst();
    if (taken !== undefined) {
      throw new CostopsError("conflict", `Cannot create the organization ${JSON.stringify(id)}: it exists already`);
    }
    await queries.insertInto("organizations").values({ id, name, created_at: now }).execute();
    const detail = { id, name };
    await recordAudit(queries, { organization_id: id, at: now, actor, action: "organization.create", detail });
  });
  return { id, name, created_at: now };
}

function checkId(id: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id) && id.length <= LIMITS.id_characters) return;
  const shown = JSON.stringify(id.slice(0, LIMITS.id_characters));
  throw new CostopsError(
    "invalid",
    `Cannot take ${shown} as the id of an organization: name one with --id, 1 to ${LIMITS.id_characters} ` +
      "letters, digits, - _ . that begin with a letter or digit",
  );
}

function checkName(name: string): void {
  if (name.trim() !== "" && name.length <= LIMITS.text_characters && !/\p{Cc}/u.test(name)) return;
  const shown = JSON.stringify(name.slice(0, LIMITS.id_characters));
  throw new CostopsError(
    "invalid",
    `Cannot take ${shown} as the name of an organization: write up to ${LIMITS.text_characters} visible characters`,
  );
}

function toOrganization(row: Selectable<OrganizationsTable>): Organization {
  return { id: row.id, name: row.name, created_at: Number(row.created_at) };
}
