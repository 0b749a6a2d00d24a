/**
 * The suites of db/ run on every database there is: one entry of the list below each.
 */

import { join } from "node:path";
import { type Database, openDatabase } from "../../db/database.ts";

/** A new, empty place for one database, gone with the test. */
export interface TestDatabase {
  /** What openDatabase() takes. */
  readonly url: string;
  /** Opens the database, once more each time; what is open at the end of the test is closed. */
  open(): Promise<Database>;
}

/** Makes the place, runs the test in it and clears it away. */
type WithPlace = (test: (url: string) => Promise<void>) => Promise<void>;

const DATABASES: readonly { readonly name: string; readonly withPlace: WithPlace }[] = [
  { name: "SQLite", withPlace: withSqliteFile },
];

/** Registers one test for each database. */
export function forEachDatabase(name: string, test: (database: TestDatabase) => Promise<void>): void {
  for (const database of DATABASES) {
    Deno.test(`${name}, on ${database.name}`, () => database.withPlace((url) => runTest(url, test)));
  }
}

async function runTest(url: string, test: (database: TestDatabase) => Promise<void>): Promise<void> {
  const opened: Database[] = [];
  const open = async () => {
    const database = await openDatabase(url);
    opened.push(database);
    return database;
  };
  try {
    await test({ url, open });
  } finally {
    for (const database of opened) await database.close();
  }
}

async function withSqliteFile(test: (url: string) => Promise<void>): Promise<void> {
  await withFolder((folder) => test(join(folder, "costops.db")));
}

/** Runs a test in a folder of its own. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "costops-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
