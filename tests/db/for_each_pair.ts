/**
 * Suites of what goes from one database to another run on every pair of kinds.
 */

import { join } from "node:path";
import { type Database, openDatabase, type OpenOptions } from "../../db/database.ts";
import { withFolder } from "./for_each_database.ts";
import { isPostgresExpected, withEmptyPostgresDatabase } from "./postgres_place.ts";

/** Places for two databases, which nobody has opened yet, gone with the test. */
export interface TestPair {
  readonly from: string;
  readonly to: string;
  /** Opens a database; what is open at the end of the test is closed. */
  open(url: string, options?: OpenOptions): Promise<Database>;
}

type WithPlace = (test: (url: string) => Promise<void>) => Promise<void>;

const KINDS: readonly (readonly [string, WithPlace])[] = [
  ["SQLite", (test) => withFolder((folder) => test(`sqlite:${join(folder, "costops.db")}`))],
  ["Postgres", withEmptyPostgresDatabase],
];

/** Registers one test for each pair of kinds. */
export function forEachPair(name: string, test: (pair: TestPair) => Promise<void>): void {
  for (const [from, withFrom] of KINDS) {
    for (const [to, withTo] of KINDS) {
      if (`${from} ${to}`.includes("Postgres") && !isPostgresExpected()) continue;
      Deno.test(`${name}, from ${from} to ${to}`, () => withFrom((source) => withTo((target) => run(source, target))));
    }
  }
  async function run(from: string, to: string): Promise<void> {
    const opened: Database[] = [];
    const open = async (url: string, options?: OpenOptions) => {
      const database = await openDatabase(url, options);
      opened.push(database);
      return database;
    };
    try {
      await test({ from, to, open });
    } finally {
      for (const database of opened) await database.close();
    }
  }
}
