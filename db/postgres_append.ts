/**
 * Appending on Postgres: a batch is one transaction of a few statements, each of which writes all that it writes in the
 * order of its keys, so that batches of several processes never wait for each other in a circle.
 */

import type { PoolClient } from "pg";
import type { AppliedPrice } from "../core/pricing/price.ts";
import type { AppendEntry, AppendOptions, AppendOutcome } from "./append.ts";
import { type AppendPlan, isStored, keyOf, planAppend, type StoredIdentity } from "./append_plan.ts";
import { encodeAppend, type EncodedAppend, encodeIds, encodeRows, PLACES } from "./encoded_append.ts";
import { queriesOnClient, type Row } from "./postgres.ts";
import { addLines, NewAppender } from "./postgres_append_new.ts";
import { writeTexts } from "./postgres_arrays.ts";
import { copyChunks } from "./postgres_copy_in.ts";
import { lockUsageForAppend } from "./postgres_locks.ts";
import { adjustRollups } from "./rollup_changes.ts";
import { type Rollup, ROLLUP_MEASURES, type RollupValues, valuesOf } from "./rollups.ts";
import { toRollupChange, type UsageRow } from "./usage.ts";
import { type StoredPrice, storePrice } from "./usage_columns.ts";

/** Appends batches, each on a connection of its own. */
export class PostgresAppender {
  /** Stored forms of prices, and those known to be in the database. */
  readonly #prices = new WeakMap<AppliedPrice, StoredPrice>();
  readonly #stored = new Set<bigint>();
  readonly #new = new NewAppender();
  /** What was worked out of batches that wait for their turn. */
  readonly #encoded = new WeakMap<readonly AppendEntry[], EncodedAppend>();

  /** Works out what {@link append} of these entries will send. */
  async encode(entries: readonly AppendEntry[]): Promise<EncodedAppend> {
    let encoded = this.#encoded.get(entries);
    if (encoded === undefined) {
      encoded = await encodeAppend(entries, (price) => this.#storedForm(price).id);
      this.#encoded.set(entries, encoded);
    }
    return encoded;
  }

  /**
   * Stores the prices that entries were given, before the transaction that needs them: two that store the same new price
   * do not wait for each other's end.
   */
  async storePrices(client: PoolClient, entries: readonly AppendEntry[]): Promise<void> {
    const missing = new Map<bigint, string>();
    for (const { cost } of entries) {
      if (cost.amount === null) continue;
      const { id, body } = this.#storedForm(cost.price);
      if (!this.#stored.has(id)) missing.set(id, body);
    }
    if (missing.size === 0) return;
    const ids = [...missing.keys()];
    await client.query(
      "insert into applied_prices (id, body) select * from unnest($1::bigint[], $2::text[]) on conflict do nothing",
      [ids, [...missing.values()]],
    );
    const { rows } = await client.query("select id, body from applied_prices where id = any($1::bigint[])", [ids]);
    for (const row of rows as Row[]) {
      if (row.body !== missing.get(row.id as bigint)) throw new Error(`two applied prices have the id ${row.id}`);
      this.#stored.add(row.id as bigint);
    }
  }

  /** Whether entries are to be tried by {@link appendNew} first. */
  async isHopeful(entries: readonly AppendEntry[]): Promise<boolean> {
    return this.#new.isHopeful(await this.encode(entries));
  }

  /** Appends entries that are taken for new, within a transaction; nothing is kept of it where they are not. */
  async appendNew(client: PoolClient, entries: readonly AppendEntry[]): Promise<Appended> {
    const outcomes = await this.#new.append(client, await this.encode(entries));
    return outcomes === undefined ? { outcomes: [], is_kept: false } : { outcomes, is_kept: true };
  }

  /** Told of entries that were appended and committed. */
  async noteStored(entries: readonly AppendEntry[]): Promise<void> {
    this.#new.remember(await this.encode(entries));
  }

  /** Appends within a transaction, which is to be committed only when what it appended is kept. */
  async append(client: PoolClient, entries: readonly AppendEntry[], options: AppendOptions): Promise<Appended> {
    const encoded = await this.encode(entries);
    const marks = await lockUsageForAppend(client, entries);
    const plan = await planAppend(encoded.draft, {
      marks,
      takeIds: (inserts) => takeIds(client, inserts),
      findIdentities: (keys) => findIdentities(client, keys),
      lockIdentities: (keys) => lockIdentities(client, keys),
      findRows: (keys) => findRows(client, keys),
    });
    const isRefused = options.is_atomic === true && !plan.outcomes.every(isStored);
    if (options.is_preview === true || isRefused) return { outcomes: plan.outcomes, is_kept: false };
    await this.#write(client, plan, encoded);
    return { outcomes: plan.outcomes, is_kept: true };
  }

  /** Whether all is stored that these outcomes say is. */
  async isStored(
    client: PoolClient,
    entries: readonly AppendEntry[],
    outcomes: readonly AppendOutcome[],
  ): Promise<boolean> {
    const written = new Map<string, AppendEntry>();
    entries.forEach((entry, at) => {
      const { outcome } = outcomes[at]!;
      if (outcome === "inserted" || outcome === "updated") written.set(keyOf(entry.record), entry);
    });
    const found = await findIdentities(client, [...written.values()]);
    const hashes = new Map(found.map((identity) => [keyOf(identity), identity.content_hash]));
    return [...written].every(([key, { record }]) => hashes.get(key) === record.content_hash);
  }

  async #write(client: PoolClient, { inserts, replaced }: AppendPlan, encoded: EncodedAppend): Promise<void> {
    if (replaced.length > 0) await replaceRows(client, replaced);
    const isAsDrafted = inserts === encoded.draft.inserts;
    const { rows, lines } = isAsDrafted ? encoded : await encodeRows(inserts, (price) => this.#storedForm(price).id);
    if (rows.length > 0) await copyChunks(client, PLACES.usage, rows);
    for (const { rollup, lines: added } of lines) {
      const values = added.map(valuesOf);
      const all = replaced.length === 0 ? values : withEmptyLines(values, { rollup, replaced });
      await addLines(client, rollup, all);
    }
    // What is added comes first: no sum is ever less than nothing.
    if (replaced.length === 0) return;
    await adjustRollups(queriesOnClient(client), replaced.map(({ row }) => toRollupChange(row, -1n)));
  }

  #storedForm(price: AppliedPrice): StoredPrice {
    let stored = this.#prices.get(price);
    if (stored === undefined) this.#prices.set(price, stored = storePrice(price));
    return stored;
  }
}

/** What became of a batch, and whether it is to be committed. */
export interface Appended {
  readonly outcomes: AppendOutcome[];
  readonly is_kept: boolean;
}

/** Takes ids, and gives the places of those that are taken already. */
async function takeIds(client: PoolClient, inserts: readonly AppendEntry[]): Promise<number[]> {
  const { rows } = await client.query({
    name: "take-ids",
    text: `with n as (
        select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) with ordinality as n (o, i, h, t, place)
      ), taken_now as (
        insert into usage_identity (organization_id, id, content_hash, timestamp)
        select o, i, decode(h, 'hex'), t from n order by place
        on conflict do nothing
        returning organization_id, id
      )
      select place from n
      where not exists (select 1 from taken_now as k where k.organization_id = n.o and k.id = n.i)
      order by place`,
    values: encodeIds(inserts),
  });
  return (rows as Row[]).map(({ place }) => Number(place) - 1);
}

const IDENTITY = "i.organization_id, i.id, encode(i.content_hash, 'hex') as content_hash, i.timestamp, i.deleted_at";

async function findIdentities(client: PoolClient, entries: readonly AppendEntry[]): Promise<StoredIdentity[]> {
  const { rows } = await client.query({
    name: "find-identities",
    text: `select ${IDENTITY} from unnest($1::text[], $2::text[]) as k (o, i)
      join usage_identity as i on i.organization_id = k.o and i.id = k.i`,
    values: [
      writeTexts(entries.map(({ record }) => record.organization_id)),
      writeTexts(entries.map(({ record }) => record.id)),
    ],
  });
  return rows as StoredIdentity[];
}

async function lockIdentities(client: PoolClient, keys: readonly StoredIdentity[]): Promise<StoredIdentity[]> {
  const { rows } = await client.query(
    `select ${IDENTITY} from unnest($1::text[], $2::text[]) with ordinality as k (o, i, place)
      join usage_identity as i on i.organization_id = k.o and i.id = k.i
      order by k.place
      for update of i`,
    [keys.map(({ organization_id }) => organization_id), keys.map(({ id }) => id)],
  );
  return rows as StoredIdentity[];
}

async function findRows(client: PoolClient, keys: readonly StoredIdentity[]): Promise<UsageRow[]> {
  const { rows } = await client.query(
    `select u.* from unnest($1::text[], $2::bigint[], $3::text[]) as k (o, t, i)
      join usage as u on u.organization_id = k.o and u.timestamp = k.t and u.id = k.i`,
    [
      keys.map(({ organization_id }) => organization_id),
      keys.map(({ timestamp }) => timestamp),
      keys.map(({ id }) => id),
    ],
  );
  return rows as UsageRow[];
}

/** Takes rows away whose place later ones take, and gives their ids the new content. */
async function replaceRows(client: PoolClient, replaced: AppendPlan["replaced"]): Promise<void> {
  const rows = replaced.map(({ row }) => row);
  const records = replaced.map(({ entry }) => entry.record);
  const organizations = rows.map(({ organization_id }) => organization_id);
  const ids = rows.map(({ id }) => id);
  await client.query(
    `delete from usage as u using unnest($1::text[], $2::bigint[], $3::text[]) as k (o, t, i)
      where u.organization_id = k.o and u.timestamp = k.t and u.id = k.i`,
    [organizations, rows.map(({ timestamp }) => timestamp), ids],
  );
  await client.query(
    `update usage_identity as i set content_hash = decode(k.h, 'hex'), timestamp = k.t
      from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as k (o, i, h, t)
      where i.organization_id = k.o and i.id = k.i`,
    [
      organizations,
      ids,
      records.map(({ content_hash }) => content_hash),
      records.map(({ timestamp }) => timestamp),
    ],
  );
}

/**
 * Adds a line of nothing for each that is taken from afterwards: all lines that a batch changes are locked in one order.
 */
function withEmptyLines(
  lines: readonly RollupValues[],
  { rollup, replaced }: { rollup: Rollup; replaced: AppendPlan["replaced"] },
): RollupValues[] {
  const ordered: [string, RollupValues][] = lines.map((line) => [orderOf(line), line]);
  const known = new Set(ordered.map(([order]) => order));
  for (const { row } of replaced) {
    const { organization_id, timestamp, provider, model, project, environment, service_tier, user_id } = row;
    const start = timestamp - timestamp % BigInt(rollup.width_ms);
    const key = [organization_id, start, provider, model, project, environment, service_tier];
    if (rollup.has_user) key.push(user_id);
    const line = [...key, ...ROLLUP_MEASURES.map(() => 0)];
    const order = orderOf(line);
    if (!known.has(order)) ordered.push([order, line]);
    known.add(order);
  }
  return ordered.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).map(([, line]) => line);
}

/** What {@link RollupSums.lines} orders lines by: the dimensions, then the start, then the user. */
function orderOf(line: RollupValues): string {
  const [organization_id, start, provider, model, project, environment, service_tier, user_id] = line;
  const order = [organization_id, provider, model, project, environment, service_tier, start];
  return [...order, ...(typeof user_id === "string" ? [user_id] : [])].join("\0");
}
