/**
 * Looks into a SQLite file while the program works on it.
 */

import { DatabaseSync } from "node:sqlite";

/** The column `value` of the first row of a query; undefined where there is none, or no such table or file yet. */
export async function lookInto(path: string, query: string): Promise<unknown> {
  if (!await Deno.stat(path).then(() => true, () => false)) return undefined;
  try {
    using file = new DatabaseSync(path, { readOnly: true });
    return file.prepare(query).get()?.value;
  } catch (error) {
    // It is being made, or its log goes at this moment.
    if (/no such table|is locked|unable to open/.test(String(error))) return undefined;
    throw error;
  }
}
