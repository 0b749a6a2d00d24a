/**
 * A thread that makes one report: it is sent an order, and sends what became of it.
 */

import { CostopsError } from "../../core/error.ts";
import { openDatabase } from "../../db/database.ts";
import { createEnvironment } from "../environment.ts";
import { makeFile } from "./make_file.ts";
import type { ThreadAnswer, ThreadOrder } from "./report_threads.ts";

/** One for the rows, one for the pieces of a file, and one for what is looked up beside them. */
const CONNECTIONS = 3;

const scope = self as unknown as {
  onmessage: (event: MessageEvent<ThreadOrder>) => void;
  postMessage(answer: ThreadAnswer): void;
};

scope.onmessage = async ({ data }) => scope.postMessage(await answer(data));

async function answer({ place, order }: ThreadOrder): Promise<ThreadAnswer> {
  try {
    const { database_url, reports_folder } = place;
    const database = await openDatabase(database_url, {
      must_exist: true,
      max_connections: CONNECTIONS,
      is_patient: true,
    });
    try {
      return await makeFile(createEnvironment(database, { reports_folder }), order);
    } finally {
      await database.close();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { error: { kind: error instanceof CostopsError ? error.kind : undefined, message } };
  }
}
