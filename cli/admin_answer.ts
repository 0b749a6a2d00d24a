/**
 * Looks after organizations.
 */

import type { Organization } from "../db/organizations.ts";
import { perform } from "../server/operations/operation.ts";
import { addOrganization, readOrganizations } from "../server/operations/organizations.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { type Session, withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `admin org create`. */
export interface CreateOrganizationOptions extends CommonOptions {
  readonly id?: string;
  readonly json?: true;
}

/** Answers `costops admin org create`. */
export async function createOrganization(
  name: string,
  options: CreateOrganizationOptions,
  { terminal }: Shell,
): Promise<void> {
  const created = await asInstallation(
    options,
    (session) => perform(addOrganization, session, { name, id: options.id }),
  );
  const { id } = created;
  const title = id === name ? id : `${id} (${name})`;
  terminal.out(options.json ? writeJson(toWire(created)) : `Created the organization ${showControls(title)}\n`);
}

/** Answers `costops admin org list`. */
export async function listOrganizations(
  options: CommonOptions & { readonly json?: true },
  { terminal }: Shell,
): Promise<void> {
  const organizations = await asInstallation(options, (session) => perform(readOrganizations, session, undefined));
  if (options.json) return terminal.out(writeJson({ data: organizations.map(toWire) }));
  const rows = organizations.map((organization) => {
    const { id, name, created_at } = toWire(organization);
    return [id, name, created_at ?? "with the database"];
  });
  terminal.out(writeGrid(["id", "name", "created"], rows, ["left", "left", "left"]));
}

/**
 * Works in the organization that every database has: the one that is configured may be the one to be created.
 */
function asInstallation<Result>(options: CommonOptions, work: (session: Session) => Promise<Result>): Promise<Result> {
  return withSession({ ...options, org: "default" }, work);
}

/** The organization that comes with a database has no time of its own. */
function toWire({ created_at, ...organization }: Organization) {
  return { ...organization, created_at: created_at === 0 ? null : new Date(created_at).toISOString() };
}

function writeJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
