/**
 * Retention: dropping single records while their sums stay.
 */

import { type Pruned, pruneUsage } from "../../db/prune.ts";
import type { Operation } from "./operation.ts";

/** From before when; milliseconds since 1970 UTC. */
export interface PruneRecordsInput {
  readonly before: number;
  readonly is_preview: boolean;
}

/** Drops an organization's records from before the start of a UTC day. */
export const pruneRecords: Operation<PruneRecordsInput, Pruned> = {
  name: "pruneUsage",
  permission: "usage:delete",
  handle: ({ database, now }, { organization_id, actor }, { before, is_preview }) =>
    pruneUsage(database, { organization_id, before, is_preview, actor, now: now() }),
};
