/**
 * Organizations: who they are, and a new one.
 */

import { createOrganization, listOrganizations, type Organization } from "../../db/organizations.ts";
import type { Operation } from "./operation.ts";

/** A new organization; its id is its name when none is given. */
export interface NewOrganization {
  readonly name: string;
  readonly id?: string;
}

/** Lists every organization. */
export const readOrganizations: Operation<void, Organization[]> = {
  name: "readOrganizations",
  permission: "org:manage",
  handle: ({ database }) => listOrganizations(database),
};

/** Makes an organization. Fails with `conflict` when its id is taken, with `invalid` when the id or name is none. */
export const addOrganization: Operation<NewOrganization, Organization> = {
  name: "addOrganization",
  permission: "org:manage",
  handle: ({ database, now }, { actor }, { name, id }) =>
    createOrganization(database, { id: id ?? name, name }, { actor, now: now() }),
};
