/**
 * Changes a database behind the program's back, as somebody could who has its file or its server.
 */

import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { isPostgresUrl } from "../../db/database.ts";

/** Runs statements on a database of either kind, with nothing that guards the audit log in their way. */
export async function tamper(url: string, statements: string): Promise<void> {
  if (isPostgresUrl(url)) return await tamperOnPostgres(url, statements);
  const file = new DatabaseSync(url);
  try {
    file.exec("drop trigger if exists audit_log_is_never_updated; drop trigger if exists audit_log_is_never_deleted");
    file.exec(statements);
  } finally {
    file.close();
  }
}

async function tamperOnPostgres(url: string, statements: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    // No trigger fires then, of those that guard and those that check references; superusers may.
    await client.query("set session_replication_role = replica");
    await client.query(statements);
  } finally {
    await client.end();
  }
}
