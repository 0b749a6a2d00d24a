/**
 * Looks after organizations.
 */

import { addOrganization, readOrganizations } from "../server/operations/organizations.ts";
import { toWireOrganization } from "../server/wire/organizations.ts";
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
    (session) => session.perform(addOrganization, { name, id: options.id }),
  );
  const { id } = created;
  const title = id === name ? id : `${id} (${name})`;
  terminal.out(
    options.json ? writeJson(toWireOrganization(created)) : `Created the organization ${showControls(title)}\n`,
  );
}

/** Answers `costops admin org list`. */
export async function listOrganizations(
  options: CommonOptions & { readonly json?: true },
  { terminal }: Shell,
): Promise<void> {
  const organizations = await asInstallation(options, (session) => session.perform(readOrganizations, undefined));
  if (options.json) return terminal.out(writeJson({ data: organizations.map(toWireOrganization) }));
  const rows = organizations.map((organization) => {
    const { id, name, created_at } = toWireOrganization(organization);
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

function writeJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
