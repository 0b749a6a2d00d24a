/**
 * A database with everything in it that a copy may get wrong.
 */

import { createHash } from "node:crypto";
import { usdFromNanos } from "../../core/money.ts";
import type { UsageRecord } from "../../core/usage/record.ts";
import type { AppendEntry } from "../../db/append.ts";
import { installCatalogue } from "../../db/catalogues.ts";
import type { Database } from "../../db/database.ts";
import { keepImportPosition } from "../../db/import_positions.ts";
import { createOrganization } from "../../db/organizations.ts";
import { setPrice } from "../../db/prices.ts";
import { pruneUsage } from "../../db/prune.ts";
import { deleteUsage } from "../../db/usage.ts";
import { makeCost, makeEntry, makePrice, UNPRICED } from "./records.ts";

const ACT = { actor: "cli:ann", now: Date.UTC(2026, 5, 1) };
const BATCH = 2_000;
const FIRST = Date.UTC(2025, 10, 20);
/** Where the rows of the organization `default` begin. */
export const MARK = Date.UTC(2026, 0, 1);

/** What ends lines, quotes, escapes and values somewhere, and what sorts apart by bytes and by UTF-16. */
const TEXTS = ["a\tb\nc\\d\r", "\\N", "\\.", "''\"`;--", "é\u2028\u00a0ü", "\uffee", "😀", "NULL", " ", "{}", "%s$1?"];
const IDS = ["r", "\uffee", "😀", "Z", "\\", "é"];
const PRICES = [makePrice("prices 1"), makePrice("prices 2")];

/** Fills a new database with this many records from November 2025 to April 2026, of two organizations. */
export async function fillDatabase(database: Database, records: number): Promise<void> {
  await createOrganization(database, { id: "other", name: "Öther \\N" }, ACT);
  for (let at = 0; at < records; at += BATCH) {
    const size = Math.min(BATCH, records - at);
    await database.append(Array.from({ length: size }, (_, place) => makeOdd(at + place, records)));
  }
  await database.append([{ ...makeOdd(records - 4, records, 9_000), may_supersede: true }]);
  for (const at of [records - 5, records - 7, records - 9]) {
    await deleteUsage(database, { organization_id: organizationOf(at), id: idOf(at) }, ACT);
  }
  await pruneUsage(database, { organization_id: "default", before: MARK, is_preview: false, ...ACT });
  await addPrice(database);
  for (const version of ["v1", "v2"]) await installCatalogue(database, { version, json: "[]" }, ACT);
  const position = { settings: "s", stamp: null, bytes: 2 ** 40, lines: 7, digest: "d", is_resumable: true };
  await keepImportPosition(database, { organization_id: "other", path: "/logs/ü\\n.ndjson", position });
  await addAccounts(database);
}

/** The id of a record. */
export function idOf(at: number): string {
  return `${IDS[at % IDS.length]}${at}`;
}

/** The organization of a record. */
export function organizationOf(at: number): string {
  return at % 3 === 0 ? "other" : "default";
}

/** A record of its number: priced, unpriced, with tags, units, text of all kinds and amounts of all sizes. */
export function makeOdd(at: number, records: number, output = 10): AppendEntry {
  const text = TEXTS[at % TEXTS.length]!;
  const record: Partial<UsageRecord> = {
    organization_id: organizationOf(at),
    id: idOf(at),
    timestamp: FIRST + Math.floor(at * 150 * 86_400_000 / records),
    ingested_at: ACT.now,
    content_hash: createHash("sha256").update(`${at} ${output}`).digest("hex").slice(0, 32),
    output_tokens: output,
    input_tokens: at % 11 === 0 ? 99_999_999_999 : at,
    project: at % 2 === 0 ? text : null,
    user: `u${at % 50}`,
    model: at % 4 === 0 ? "gpt-5" : "gpt-5-mini",
    session: text,
    tags: at % 3 === 0 ? { [text]: text, "": "" } : null,
    units: at % 7 === 0 ? { requests: 3 } : null,
    extra: at % 6 === 0 ? { z: 1, a: "\0\ud800", list: [text, null, 1e300] } : null,
    reported_cost: at % 9 === 0 ? { text: "0.10", amount: usdFromNanos(100_000_000n) } : null,
    latency_ms: at % 2 === 0 ? 0 : null,
    quality: at % 5 === 0 ? ["derived_id"] as unknown as UsageRecord["quality"] : [],
  };
  if (at % 5 === 0) return makeEntry(record, UNPRICED);
  return makeEntry(record, makeCost(at % 4_000 === 1 ? 9_007_199_254_740_993n : BigInt(at), PRICES[at % 2]));
}

async function addPrice(database: Database): Promise<void> {
  await setPrice(database, {
    id: "p1",
    organization_id: null,
    provider: "openai",
    model: "gpt-*",
    effective_from: MARK,
    effective_to: null,
    rates: { input_mtok: { base: { nanos: 1_250_000_000n, per: 1_000_000n }, tiers: [] } },
    hours: null,
    modifiers: {},
    source: null,
    note: "line\nbreak\ttab \\N",
  }, { ...ACT, is_preview: false });
}

/** Rows of the other tables as they are stored; what stays behind among them. */
async function addAccounts(database: Database): Promise<void> {
  const organization_id = "other";
  const sha256 = "ab".repeat(32);
  await database.write(async (queries) => {
    const times = { created_at: 1, expires_at: 2 ** 45, revoked_at: null };
    await queries.insertInto("users").values({
      ...{ organization_id, id: "u1", email: "Ann@x.example", email_key: "ann@x.example", name: null },
      ...{ password_hash: "$argon2id$…", roles: "admin", is_disabled: 0, created_at: 1 },
    }).execute();
    const key = { id: "abcdefgh", name: "k", sha256, scopes: "usage:create", created_by: null, last_used_at: null };
    await queries.insertInto("api_keys").values({ organization_id, ...key, ...times }).execute();
    await queries.insertInto("sessions").values({ organization_id, id: "s1", user_id: "u1", ...times }).execute();
    const token = { sha256, organization_id, session_id: "s1", expires_at: 2, used_at: null };
    await queries.insertInto("refresh_tokens").values(token).execute();
    await queries.insertInto("revoked_tokens").values({ organization_id, id: "t1", expires_at: 2 }).execute();
    const answer = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const kept = { scope: sha256, payload: sha256, answer, expires_at: 2 };
    await queries.insertInto("idempotent_answers").values(kept).execute();
    await queries.insertInto("setup_links").values({ sha256, expires_at: 2, used_at: null }).execute();
  });
}
