/**
 * Appends that go on while a Postgres server fails under them, and what they must have left behind.
 */

import assert from "node:assert/strict";
import { CostopsError } from "../../core/error.ts";
import type { AppendOutcome } from "../../db/append.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { type PostgresServer, startPostgres } from "./postgres_server.ts";
import { makeEntry, NOON } from "./records.ts";

/** Batches that go on until they are ended. */
export interface Load {
  /** Batches that were acknowledged. */
  readonly batches: number;
  /** Waits until the appends get through again. */
  untilAppended(): Promise<void>;
  /** Waits until one has failed, as temporary: at once, or, where its commit was under way, when nobody tells its fate. */
  untilFailed(): Promise<void>;
  /** Ends the load and checks that what was acknowledged is stored, once. */
  end(): Promise<void>;
}

const APPENDERS = 4;
const BATCH = 10;

/** Appends from several sides at the same time; a batch that fails as temporary is sent again until it is taken. */
export function startLoad(database: Database): Load {
  const acknowledged: string[] = [];
  let failures = 0;
  let batches = 0;
  let hasEnded = false;
  const appendBatch = async (ids: readonly string[]) => {
    for (let tries = 1;; tries++) {
      try {
        const outcomes = await database.append(ids.map((id, at) => makeEntry({ id, timestamp: NOON + at * 900_000 })));
        checkOutcomes(outcomes, { isFirst: tries === 1 });
        return;
      } catch (error) {
        if (!(error instanceof CostopsError) || error.kind !== "temporary") throw error;
        failures++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const appendOn = async (appender: number) => {
    for (let batch = 0; !hasEnded; batch++) {
      const ids = Array.from({ length: BATCH }, (_, at) => `${appender}-${batch}-${at}`);
      await appendBatch(ids);
      acknowledged.push(...ids);
      batches++;
    }
  };
  const running = Promise.all(Array.from({ length: APPENDERS }, (_, appender) => appendOn(appender)));
  return {
    get batches() {
      return batches;
    },
    untilAppended: () => {
      const enough = batches + APPENDERS;
      return until(() => batches > enough, running);
    },
    untilFailed: () => until(() => failures > 0, running),
    end: async () => {
      hasEnded = true;
      await running;
      assert.deepEqual((await readRows(database)).map(({ id }) => id).sort(), acknowledged.sort());
      assert.deepEqual(await findRollupFaults(database), []);
    },
  };
}

async function until(isSo: () => boolean, running: Promise<unknown>): Promise<void> {
  while (!isSo()) await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), running]);
}

/** Of a batch that never failed all is new; one that failed may have been stored all the same. */
function checkOutcomes(outcomes: readonly AppendOutcome[], { isFirst }: { isFirst: boolean }): void {
  const said = [...new Set(outcomes.map(({ outcome }) => outcome))];
  if (isFirst || said[0] !== "duplicate") assert.deepEqual(said, ["inserted"]);
  else assert.deepEqual(said, ["duplicate"]);
}

/** Runs a test with a server of its own, a database on it that stays open, and a load. */
export async function withLoad(
  test: (place: { server: PostgresServer; load: Load; database: Database }) => Promise<void>,
): Promise<void> {
  const server = await startPostgres({ isInMemory: true });
  try {
    const database = await openDatabase(server.url);
    try {
      const load = startLoad(database);
      await load.untilAppended();
      await test({ server, load, database });
      await load.end();
    } finally {
      await database.close();
    }
  } finally {
    await server.dispose();
  }
}

/** Ends the server in one way and starts it again, as many times as there are waits, each after its time. */
export async function failAndStart(
  { server, load }: { server: PostgresServer; load: Load },
  { how, waits_ms }: { how: "immediate" | "fast" | "kill"; waits_ms: readonly number[] },
): Promise<void> {
  for (const wait_ms of waits_ms) {
    await load.untilAppended();
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
    await (how === "kill" ? server.kill() : server.stop(how));
    await server.start();
    await load.untilAppended();
  }
}

/** Ends every connection of the program, as an operator does. */
export const TERMINATE = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'costops'";
