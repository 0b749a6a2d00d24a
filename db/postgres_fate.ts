/**
 * What became of a transaction whose commit was not answered, as far as its server knows.
 */

import type { ClientBase } from "pg";

/** What became of a transaction. */
export type Fate = "committed" | "aborted" | "in progress" | "unknown";

/** What a server knows of a transaction by its number. */
export async function readFate(client: ClientBase, transaction: string): Promise<Fate> {
  try {
    const { rows } = await client.query("select pg_xact_status($1::xid8) as status", [transaction]);
    // The server says nothing of one that is two billions of transactions back.
    return (rows[0] as { status: Fate | null }).status ?? "unknown";
  } catch (error) {
    // A number of the future (22023, invalid_parameter_value): the server forgot the transaction in a crash.
    if (error instanceof Error && "code" in error && error.code === "22023") return "aborted";
    throw error;
  }
}

/** Another one after each crash of the server, and of each server: its statistics begin anew when they may be wrong. */
export async function readLife(client: ClientBase): Promise<string> {
  const { rows } = await client.query(
    "select concat_ws(' ', pg_postmaster_start_time(), (select stats_reset from pg_stat_bgwriter)) as life",
  );
  return (rows[0] as { life: string }).life;
}
