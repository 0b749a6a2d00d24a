/**
 * A new Postgres database for each test, on the server at TEST_DATABASE_URL.
 */

import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { Client } from "pg";
import { openDatabase } from "../../db/database.ts";

/** Any number: tests in other workers make the same template only once. */
const TEMPLATE_LOCK = 7_301_442_918;

/**
 * Whether this run has Postgres. Without, `deno task test` has counted one failed test and says so here; a run without
 * an address that was not told so has it all the same, so that its tests fail.
 */
export function isPostgresExpected(): boolean {
  return Deno.env.get("TEST_DATABASE_FAULT") === undefined;
}

/** The server's address, with a user who may make databases. Fails when there is none. */
export function readServerUrl(): string {
  const url = Deno.env.get("TEST_DATABASE_URL");
  if (!url) throw new Error("TEST_DATABASE_URL is not set: deno task test PATH starts a Postgres server and sets it");
  return url;
}

/** Runs a test on a database of its own that has this program's schema and nothing else, and drops it. */
export async function withPostgresDatabase(test: (url: string) => Promise<void>): Promise<void> {
  await withDatabase(await makeTemplate(), test);
}

/** Runs a test on a database of its own with nothing in it, and drops it. */
export async function withEmptyPostgresDatabase(test: (url: string) => Promise<void>): Promise<void> {
  await withDatabase("template0", test);
}

async function withDatabase(template: string, test: (url: string) => Promise<void>): Promise<void> {
  const name = `cops_test_${randomBytes(8).toString("hex")}`;
  await onServer((client) => createDatabase(client, { name, template }));
  try {
    await test(toDatabaseUrl(name));
  } finally {
    await onServer((client) => dropDatabase(client, name));
  }
}

/** The name of a database to copy, which is made once for each state of the schema. */
async function makeTemplate(): Promise<string> {
  const name = `cops_template_${await hashSchema()}`;
  await onServer(async (client) => {
    const find = () => client.query("select 1 from pg_database where datname = $1", [name]);
    if ((await find()).rowCount === 1) return;
    await client.query("select pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    if ((await find()).rowCount === 1) return;
    // It gets its name when it is whole: a run that was ended in between leaves no half of it for the next one.
    const draft = `cops_test_${randomBytes(8).toString("hex")}`;
    await createDatabase(client, { name: draft, template: "template0" });
    try {
      const database = await openDatabase(toDatabaseUrl(draft));
      await database.close();
      await client.query(`alter database ${draft} rename to ${name}`);
    } catch (error) {
      await dropDatabase(client, draft);
      throw error;
    }
  });
  return name;
}

/** Of all files that say what the schema is. */
async function hashSchema(): Promise<string> {
  const folder = new URL("../../db/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => /^(migrat|postgres).*\.ts$/.test(file));
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(await readFile(new URL(file, folder)));
  return hash.digest("hex").slice(0, 16);
}

async function createDatabase(client: Client, { name, template }: { name: string; template: string }): Promise<void> {
  await client.query(`create database ${name} template ${template} encoding 'UTF8' locale 'C'`);
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`drop database ${name} with (force)`);
}

function toDatabaseUrl(name: string): string {
  const url = new URL(readServerUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client(readServerUrl());
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
