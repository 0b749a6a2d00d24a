/**
 * Projects that usage was of.
 */

import type { Database } from "./database.ts";

/** Whether any usage of an organization is of a project, dropped records included. */
export async function hasProject(
  { reader }: Pick<Database, "reader">,
  { organization_id, project }: { readonly organization_id: string; readonly project: string },
): Promise<boolean> {
  // The latest days first: who asks about a project has most often just used it.
  const row = await reader.selectFrom("usage_by_day").select("project")
    .where("organization_id", "=", organization_id).where("project", "=", project)
    .orderBy("start", "desc").limit(1).executeTakeFirst();
  return row !== undefined;
}
