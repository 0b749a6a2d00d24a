/**
 * The audit log: who did what.
 */

import { listAuditEntries, type NumberedEntry } from "../../db/audit_entries.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";
import type { Page } from "./users.ts";

/** A page of entries; the newest first. */
export interface AuditListInput {
  /** A super admin sees every organization and the installation when it is not given. */
  readonly organization_id?: string;
  /** The number of the last entry of the page before. */
  readonly before?: number;
  readonly limit: number;
}

/** Lists entries of the audit log. */
export const readAudit: Operation<AuditListInput, Page<NumberedEntry>> = {
  name: "listAudit",
  permission: "audit:read",
  handle: async ({ database }, principal, { before, limit, ...input }) => {
    const isEverything = principal.is_super_admin && input.organization_id === undefined;
    const organization_id = isEverything ? undefined : chooseOrganization(principal, input);
    const found = await listAuditEntries(database, { organization_id, before, limit: limit + 1 });
    return { data: found.slice(0, limit), has_more: found.length > limit };
  },
};
