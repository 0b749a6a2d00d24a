/**
 * Alerts as stored: raised once each, and on their way to every channel until it has taken them.
 */

import type { Selectable } from "kysely";
import type { Alert, AlertType, RaisedAlert } from "../core/alert/alert.ts";
import type { AlertChannel } from "../core/alert/channel.ts";
import { MOST_TRIES, nextTry } from "../core/alert/retries.ts";
import type { AlertsTable } from "./budget_tables.ts";
import type { Database, Queries } from "./database.ts";

/** What became of an alert on its way to a channel. */
export interface AlertDelivery {
  readonly channel_id: string;
  readonly channel: string;
  readonly state: "pending" | "delivered" | "failed";
  readonly tries: number;
  /** When it is sent again; milliseconds since 1970 UTC; null when it is not. */
  readonly next_at: number | null;
  /** What the last try came to: `200`, `timed out`; null before the first. */
  readonly outcome: string | null;
}

/** An alert and where it is. */
export interface StoredAlert extends RaisedAlert {
  readonly deliveries: readonly AlertDelivery[];
}

/**
 * Raises alerts of an organization: those whose key was raised before are left out, the rest is on its way to every
 * channel there is. Gives those that are new.
 */
export async function raiseAlerts(
  database: Database,
  { organization_id, alerts, newId }: {
    readonly organization_id: string;
    readonly alerts: readonly Alert[];
    readonly newId: () => string;
  },
  now: number,
): Promise<RaisedAlert[]> {
  if (alerts.length === 0) return [];
  return await database.write(async (queries) => {
    await queries.deleteFrom("alerts").where("organization_id", "=", organization_id)
      .where("keep_until", "<", BigInt(now)).execute();
    const channels = await queries.selectFrom("alert_channels").select("id")
      .where("organization_id", "=", organization_id).execute();
    const raised: RaisedAlert[] = [];
    for (const alert of alerts) {
      const added = { ...alert, organization_id, id: newId(), raised_at: now };
      if (await insertAlert(queries, added, channels)) raised.push(added);
    }
    return raised;
  });
}

/** The keys of alerts of one type that were raised since an instant. */
export async function listRaisedKeys(
  { reader }: Pick<Database, "reader">,
  { organization_id, type, since }: {
    readonly organization_id: string;
    readonly type: AlertType;
    readonly since: number;
  },
): Promise<ReadonlySet<string>> {
  const rows = await reader.selectFrom("alerts").select("alert_key").where("organization_id", "=", organization_id)
    .where("type", "=", type).where("raised_at", ">=", BigInt(since)).execute();
  return new Set(rows.map(({ alert_key }) => alert_key));
}

async function insertAlert(
  queries: Queries,
  { key, type, text, data, keep_until, organization_id, id, raised_at }: RaisedAlert,
  channels: readonly { readonly id: string }[],
): Promise<boolean> {
  const row = { organization_id, id, alert_key: key, type, message: text, raised_at, keep_until };
  const added = await queries.insertInto("alerts").values({ ...row, data: JSON.stringify(data) })
    .onConflict((conflict) => conflict.columns(["organization_id", "alert_key"]).doNothing())
    .returning("id").executeTakeFirst();
  if (added === undefined) return false;
  for (const channel of channels) {
    const delivery = { organization_id, alert_id: id, channel_id: channel.id, state: "pending" as const };
    await queries.insertInto("alert_deliveries").values({
      ...delivery,
      tries: 0,
      next_at: raised_at,
      outcome: null,
      ended_at: null,
    }).execute();
  }
  return true;
}

/** A message to be sent now. */
export interface DueDelivery {
  readonly alert: RaisedAlert;
  readonly channel: AlertChannel;
  /** Which try this is, from 1. */
  readonly tries: number;
}

/** Whose messages are taken. */
export interface DueQuery {
  /** Of this one alone; of all when not given. */
  readonly organization_id?: string;
  /** None of these. */
  readonly without?: readonly string[];
  readonly now: number;
}

/**
 * Takes the message that has waited longest, of one organization or of all, and plans its next try: whoever takes it and
 * dies has not lost it, and nobody else sends it meanwhile. Undefined when none is due.
 */
export async function takeDelivery(
  database: Database,
  { organization_id, without = [], now }: DueQuery,
): Promise<DueDelivery | undefined> {
  const due = (queries: Queries) => {
    let query = queries.selectFrom("alert_deliveries").selectAll().where("state", "=", "pending")
      .where("next_at", "<=", BigInt(now));
    if (organization_id !== undefined) query = query.where("organization_id", "=", organization_id);
    if (without.length > 0) query = query.where("organization_id", "not in", without);
    return query.orderBy("next_at").orderBy("organization_id").orderBy("alert_id").orderBy("channel_id").limit(1);
  };
  if (await due(database.reader).executeTakeFirst() === undefined) return undefined;
  return await database.write(async (queries) => {
    const row = await due(queries).executeTakeFirst();
    if (row === undefined) return undefined;
    const tries = Number(row.tries) + 1;
    await queries.updateTable("alert_deliveries").set({ tries, next_at: nextTry(tries, now) ?? now + LAST_LOOK_MS })
      .where("organization_id", "=", row.organization_id).where("alert_id", "=", row.alert_id)
      .where("channel_id", "=", row.channel_id).execute();
    const alert = await queries.selectFrom("alerts").selectAll().where("organization_id", "=", row.organization_id)
      .where("id", "=", row.alert_id).executeTakeFirstOrThrow();
    const channel = await queries.selectFrom("alert_channels").selectAll()
      .where("organization_id", "=", row.organization_id).where("id", "=", row.channel_id).executeTakeFirstOrThrow();
    return { alert: toAlert(alert), channel: { ...channel, created_at: Number(channel.created_at) }, tries };
  });
}

/** When the last try's end is looked for in vain: its sender has died, and it is sent once more. */
const LAST_LOOK_MS = 3_600_000;

/** Keeps what a try came to. One that failed waits for the next, and fails for good after the last or when it is `final`. */
export async function endDelivery(
  database: Database,
  { alert, channel, tries }: DueDelivery,
  { is_delivered, is_final, outcome, now }: {
    readonly is_delivered: boolean;
    readonly is_final: boolean;
    readonly outcome: string;
    readonly now: number;
  },
): Promise<AlertDelivery["state"]> {
  const state = is_delivered ? "delivered" : is_final || tries >= MOST_TRIES ? "failed" : "pending";
  await database.write(async (queries) => {
    await queries.updateTable("alert_deliveries").set({ state, outcome, ended_at: state === "pending" ? null : now })
      .where("organization_id", "=", alert.organization_id).where("alert_id", "=", alert.id)
      .where("channel_id", "=", channel.id).execute();
  });
  return state;
}

/** A page of an organization's alerts, the newest first. */
export async function listAlerts(
  { reader }: Pick<Database, "reader">,
  { organization_id, before, limit }: {
    readonly organization_id: string;
    /** The id of the last alert of the page before. */
    readonly before?: string;
    readonly limit: number;
  },
): Promise<StoredAlert[]> {
  // Ids are made in the order of time.
  let query = reader.selectFrom("alerts").selectAll().where("organization_id", "=", organization_id);
  if (before !== undefined) query = query.where("id", "<", before);
  const rows = await query.orderBy("id", "desc").limit(limit).execute();
  const stored: StoredAlert[] = [];
  for (const row of rows) stored.push({ ...toAlert(row), deliveries: await listDeliveries(reader, row) });
  return stored;
}

async function listDeliveries(
  queries: Queries,
  { organization_id, id }: { readonly organization_id: string; readonly id: string },
): Promise<AlertDelivery[]> {
  const rows = await queries.selectFrom("alert_deliveries as d")
    .innerJoin(
      "alert_channels as c",
      (join) => join.onRef("c.organization_id", "=", "d.organization_id").onRef("c.id", "=", "d.channel_id"),
    )
    .select(["d.channel_id", "c.name", "d.state", "d.tries", "d.next_at", "d.outcome"])
    .where("d.organization_id", "=", organization_id).where("d.alert_id", "=", id).orderBy("d.channel_id").execute();
  return rows.map(({ channel_id, name, state, tries, next_at, outcome }) => ({
    channel_id,
    channel: name,
    state,
    tries: Number(tries),
    next_at: state === "pending" ? Number(next_at) : null,
    outcome,
  }));
}

function toAlert(row: Selectable<AlertsTable>): RaisedAlert {
  return {
    organization_id: row.organization_id,
    id: row.id,
    type: row.type as AlertType,
    key: row.alert_key,
    text: row.message,
    data: JSON.parse(row.data),
    raised_at: Number(row.raised_at),
    keep_until: Number(row.keep_until),
  };
}
