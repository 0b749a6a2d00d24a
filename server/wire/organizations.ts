/**
 * Organizations on the wire.
 */

import { formatInstant } from "../../core/time.ts";
import type { Organization } from "../../db/organizations.ts";

/** An organization; the one that comes with a database has no time of its own. */
export function toWireOrganization({ id, name, created_at }: Organization) {
  return { id, name, created_at: created_at === 0 ? null : formatInstant(created_at, "UTC") };
}
