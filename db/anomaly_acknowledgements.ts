/**
 * What was called normal of what was found unusual.
 */

import type { Acknowledgement } from "../core/anomaly/select.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { usdFromNanos } from "../core/money.ts";
import { recordAudit } from "./audit.ts";
import type { Database } from "./database.ts";
import type { Act } from "./organizations.ts";
import type { Whole } from "./tables.ts";

/** The table as queries see it. */
export interface AnomalyAcknowledgementsTable {
  organization_id: string;
  /** The anomaly's. */
  id: string;
  interval_width: "hour" | "day";
  /** JSON: lists of values by dimension, in the order of their names. */
  filter: string;
  series: string;
  direction: Whole;
  since: Whole;
  until: Whole;
  level_nanos: Whole;
  acknowledged_at: Whole;
}

/** An acknowledgement as it is kept. */
export interface KeptAcknowledgement extends Acknowledgement {
  readonly id: string;
  /** The filter of the query that found it, as JSON. */
  readonly filter: string;
  /** Milliseconds since 1970 UTC. */
  readonly acknowledged_at: number;
}

/** Every acknowledgement of an organization, in the order of their anomalies' beginnings. */
export async function listAcknowledgements(
  { reader }: Pick<Database, "reader">,
  organization_id: string,
): Promise<KeptAcknowledgement[]> {
  const rows = await reader.selectFrom("anomaly_acknowledgements").selectAll()
    .where("organization_id", "=", organization_id).orderBy("since").orderBy("id").execute();
  return rows.map((row): KeptAcknowledgement => ({
    id: row.id,
    interval: row.interval_width,
    filter: row.filter,
    series: row.series,
    direction: Number(row.direction) === 1 ? 1 : -1,
    since: Number(row.since),
    until: Number(row.until),
    level: usdFromNanos(BigInt(row.level_nanos)),
    acknowledged_at: Number(row.acknowledged_at),
  }));
}

/**
 * Keeps an acknowledgement; one of the same anomaly stays as it is. Fails with `conflict` when the organization has
 * LIMITS.anomaly_acknowledgements already.
 */
export async function keepAcknowledgement(
  database: Database,
  { organization_id, ...kept }: KeptAcknowledgement & { readonly organization_id: string },
  { actor, now }: Act,
): Promise<void> {
  await database.write(async (queries) => {
    const { count } = await queries.selectFrom("anomaly_acknowledgements")
      .select(({ fn }) => fn.countAll<bigint>().as("count"))
      .where("organization_id", "=", organization_id).executeTakeFirstOrThrow();
    if (Number(count) >= LIMITS.anomaly_acknowledgements) {
      throw new CostopsError(
        "conflict",
        `Cannot acknowledge the anomaly ${kept.id}: ${LIMITS.anomaly_acknowledgements} are acknowledged already`,
      );
    }
    const { id, interval, filter, series, direction, since, until, level, acknowledged_at } = kept;
    const inserted = await queries.insertInto("anomaly_acknowledgements").values({
      organization_id,
      id,
      interval_width: interval,
      filter,
      series,
      direction,
      since,
      until,
      level_nanos: level,
      acknowledged_at,
    }).onConflict((conflict) => conflict.columns(["organization_id", "id"]).doNothing()).returning("id")
      .executeTakeFirst();
    if (inserted === undefined) return;
    const detail = { id, interval, series, since, until };
    await recordAudit(queries, { organization_id, at: now, actor, action: "anomaly.acknowledge", detail });
  });
}
