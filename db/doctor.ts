/**
 * Proves that a database is sound: nothing is believed that can be worked out again.
 */

import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import { readAppliedPrice } from "../core/pricing/applied_price.ts";
import { explainCost } from "../core/pricing/cost.ts";
import { type AppliedPrice, UNPRICED_REASONS } from "../core/pricing/price.ts";
import { verifyAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import { compareRollup } from "./doctor_rollups.ts";
import { MIGRATIONS } from "./migrate.ts";
import { ROLLUPS, sumModalTokens } from "./rollups.ts";
import { toStoredUsage, type UsageRow } from "./usage.ts";
import { storePrice } from "./usage_columns.ts";
import { walkUsage } from "./usage_walk.ts";

/** One check and what it found. */
export interface Finding {
  /** `structure`, `migrations`, `identities`, `usage_by_day`, …, `costs`, `audit`. */
  readonly check: string;
  readonly ok: boolean;
  /** What was proved, or the first of what is wrong, one a line. */
  readonly detail: string;
}

/** What one check found wrong; at most one more than is shown. */
interface Faults {
  readonly faults: readonly string[];
  /** What is said when there are none. */
  readonly proved: string;
}

/** Examines the whole database, check by check, in constant memory. Opening it has compared the migrations' checksums. */
export async function examineDatabase(database: Database): Promise<Finding[]> {
  const { reader } = database;
  const checks: [string, () => Promise<Faults>][] = [
    ["structure", () => database.checkIntegrity()],
    ["migrations", () => checkMigrations(reader)],
    ["identities", () => checkIdentities(reader)],
    ...ROLLUPS.map((rollup): [string, () => Promise<Faults>] => [
      rollup.table,
      async () => ({ faults: await compareRollup(reader, rollup), proved: "every line equals the sum of its rows" }),
    ]),
    ["costs", () => checkCosts(reader)],
    ["audit", async () => ({ faults: await verifyAudit(database), proved: "the chain of entries is whole" })],
  ];
  const findings: Finding[] = [];
  for (const [check, examine] of checks) {
    const { faults, proved } = await examine();
    findings.push({ check, ok: faults.length === 0, detail: faults.length === 0 ? proved : shorten(faults) });
  }
  return findings;
}

function shorten(faults: readonly string[]): string {
  const shown = faults.slice(0, LIMITS.issues);
  return (faults.length > shown.length ? [...shown, "… and more"] : shown).join("\n");
}

async function checkMigrations(reader: Queries): Promise<Faults> {
  const applied = await reader.selectFrom("schema_migrations").select(["number", "name"]).orderBy("number").execute();
  const written = (all: readonly { number: bigint | number; name: string }[]) =>
    all.map(({ number, name }) => `${number} ${name}`).join(", ");
  const [found, wanted] = [written(applied), written(MIGRATIONS)];
  const faults = found === wanted ? [] : [`applied are ${found}; wanted are ${wanted}`];
  return { faults, proved: `at version ${applied.at(-1)?.number ?? 0}` };
}

/** Every row has its identity that is not deleted, and every such identity its row, unless retention dropped it. */
async function checkIdentities(reader: Queries): Promise<Faults> {
  const orphans = await reader.selectFrom("usage as t")
    .leftJoin(
      "usage_identity as i",
      (join) =>
        join.onRef("i.organization_id", "=", "t.organization_id").onRef("i.id", "=", "t.id")
          .onRef("i.timestamp", "=", "t.timestamp"),
    )
    .select(["t.organization_id", "t.id", "i.deleted_at"])
    .where((of) => of.or([of("i.id", "is", null), of("i.deleted_at", "is not", null)]))
    .limit(LIMITS.issues + 1).execute();
  const lost = await reader.selectFrom("usage_identity as i")
    .leftJoin(
      "usage as t",
      (join) =>
        join.onRef("t.organization_id", "=", "i.organization_id").onRef("t.timestamp", "=", "i.timestamp")
          .onRef("t.id", "=", "i.id"),
    )
    .leftJoin("prune_marks as m", "m.organization_id", "i.organization_id")
    .select(["i.organization_id", "i.id"])
    .where("t.id", "is", null).where("i.deleted_at", "is", null)
    .where(sql<boolean>`i.timestamp >= coalesce(m.before, 0)`)
    .limit(LIMITS.issues + 1).execute();
  const faults = [
    ...orphans.map(({ organization_id, id, deleted_at }) =>
      deleted_at === null
        ? `${organization_id} ${id} has a row and no identity`
        : `${organization_id} ${id} is deleted and has a row`
    ),
    ...lost.map(({ organization_id, id }) => `${organization_id} ${id} has an identity and no row`),
  ];
  return { faults, proved: "every record has one identity and one row" };
}

/** Every stored cost follows from its counts and its stored price; every record without one says why. */
async function checkCosts(reader: Queries): Promise<Faults> {
  const prices = new StoredPrices(reader);
  const faults: string[] = [];
  let records = 0;
  for await (const rows of walkUsage(reader, {})) {
    records += rows.length;
    for (const row of rows) {
      const fault = await findFault(row, prices);
      if (fault !== undefined) faults.push(`${row.organization_id} ${row.id}: ${fault}`);
      if (faults.length > LIMITS.issues) return { faults, proved: "" };
    }
  }
  return { faults, proved: `${records} records cost what their stored prices say` };
}

async function findFault(row: UsageRow, prices: StoredPrices): Promise<string | undefined> {
  const usage = toStoredUsage(row);
  const modal = sumModalTokens(usage.units);
  const isSummed = row.modal_input_tokens === BigInt(modal.input_tokens) &&
    row.modal_cache_read_tokens === BigInt(modal.cache_read_tokens) &&
    row.modal_cache_write_tokens === BigInt(modal.cache_write_tokens) &&
    row.modal_output_tokens === BigInt(modal.output_tokens);
  if (!isSummed) return "its units are not what their sums say";
  if (row.applied_price_id === null) {
    const isKnown = (UNPRICED_REASONS as readonly string[]).includes(row.unpriced_reason ?? "");
    return isKnown ? undefined : `it has no cost for the unknown reason ${row.unpriced_reason}`;
  }
  const price = await prices.find(row.applied_price_id);
  if (price === undefined) return `its stored price ${row.applied_price_id} is gone or was changed`;
  const { amount } = explainCost(usage, price);
  return amount === row.cost_nanos
    ? undefined
    : `it is stored at ${row.cost_nanos} nano-dollars, its price gives ${amount}`;
}

/** Stored prices by id, each read and checked once; within a limit. */
class StoredPrices {
  readonly #reader: Queries;
  readonly #known = new Map<bigint, AppliedPrice | undefined>();

  constructor(reader: Queries) {
    this.#reader = reader;
  }

  async find(id: bigint): Promise<AppliedPrice | undefined> {
    if (this.#known.has(id)) return this.#known.get(id);
    if (this.#known.size >= LIMITS.price_lookups) this.#known.clear();
    const row = await this.#reader.selectFrom("applied_prices").select("body").where("id", "=", id).executeTakeFirst();
    const price = row === undefined ? undefined : readWhole(row.body, id);
    this.#known.set(id, price);
    return price;
  }
}

/** The id of a stored price is made of its body, so that a changed one is told. */
function readWhole(body: string, id: bigint): AppliedPrice | undefined {
  try {
    const price = readAppliedPrice(body);
    return storePrice(price).id === id ? price : undefined;
  } catch {
    return undefined;
  }
}
