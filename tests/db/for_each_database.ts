/**
 * The suites of db/ run on every database there is: one entry of the list below each.
 */

import { join } from "node:path";
import { type Database, openDatabase, type OpenOptions } from "../../db/database.ts";
import { isPostgresExpected, withEmptyPostgresDatabase, withPostgresDatabase } from "./postgres_place.ts";

/** A new place for one database, gone with the test. */
export interface TestDatabase {
  /** What openDatabase() takes. */
  readonly url: string;
  /** Opens the database, once more each time; what is open at the end of the test is closed. */
  open(): Promise<Database>;
}

/** What a test wants of its place. */
export interface PlaceOptions {
  /** Whether nobody has opened the database before; otherwise it may have its tables, which is quicker. */
  readonly isUntouched?: boolean;
}

/** Makes the place, runs the test in it and clears it away. */
type WithPlace = (test: (url: string) => Promise<void>) => Promise<void>;

interface DatabaseKind {
  readonly name: string;
  readonly withPlace: WithPlace;
  readonly withUntouchedPlace: WithPlace;
}

const DATABASES: readonly DatabaseKind[] = [
  { name: "SQLite", withPlace: withSqliteFile, withUntouchedPlace: withSqliteFile },
  { name: "Postgres", withPlace: withPostgresDatabase, withUntouchedPlace: withEmptyPostgresDatabase },
];

/** Registers one test for each database, and one for SQLite as a service opens it, which appends on a thread. */
export function forEachAppender(name: string, test: (database: TestDatabase) => Promise<void>): void {
  forEachDatabase(name, test);
  const service: OpenOptions = { reader_threads: 1, has_append_thread: true };
  Deno.test(`${name}, on SQLite with threads`, () => withSqliteFile((url) => runTest(url, test, service)));
}

/** Registers one test for each database. */
export function forEachDatabase(
  name: string,
  test: (database: TestDatabase) => Promise<void>,
  options: PlaceOptions = {},
): void {
  for (const database of DATABASES) {
    if (database.name === "Postgres" && !isPostgresExpected()) continue;
    const withPlace = options.isUntouched ? database.withUntouchedPlace : database.withPlace;
    Deno.test(`${name}, on ${database.name}`, () => withPlace((url) => runTest(url, test)));
  }
}

async function runTest(
  url: string,
  test: (database: TestDatabase) => Promise<void>,
  options: OpenOptions = {},
): Promise<void> {
  const opened: Database[] = [];
  const open = async () => {
    const database = await openDatabase(url, options);
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
