/**
 * Two ways into one database, for tests of what is done at once.
 */

import { type Database, isPostgresUrl } from "../../db/database.ts";
import type { TestDatabase } from "./for_each_database.ts";

/**
 * Two handles, as two processes have them; on SQLite the same one twice, since a file's second writer waits with its
 * whole process, and here it would wait for itself.
 */
export async function openTwo({ url, open }: TestDatabase): Promise<readonly [Database, Database]> {
  const first = await open();
  return [first, isPostgresUrl(url) ? await open() : first];
}
