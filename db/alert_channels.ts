/**
 * Channels of alerts as stored.
 */

import type { Selectable } from "kysely";
import { type AlertChannel, maskUrl } from "../core/alert/channel.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { recordAudit } from "./audit.ts";
import type { AlertChannelsTable } from "./budget_tables.ts";
import type { Database, Queries } from "./database.ts";
import type { Act } from "./organizations.ts";

/** One channel: its organization, and its id or its name. */
export interface ChannelKey {
  readonly organization_id: string;
  readonly channel: string;
}

/** The channels of an organization, the oldest first. */
export async function listChannels(
  { reader }: Pick<Database, "reader">,
  organization_id: string,
): Promise<AlertChannel[]> {
  const rows = await reader.selectFrom("alert_channels").selectAll().where("organization_id", "=", organization_id)
    .orderBy("created_at").orderBy("id").execute();
  return rows.map(toChannel);
}

/** Reads a channel. Fails with `not_found`. */
export async function readChannel({ reader }: Pick<Database, "reader">, key: ChannelKey): Promise<AlertChannel> {
  return await findChannel(reader, key);
}

/** Keeps a new channel. Fails with `conflict` when its name is taken or there are LIMITS.alert_channels already. */
export async function createChannel(database: Database, channel: AlertChannel, { actor, now }: Act): Promise<void> {
  const { organization_id, name } = channel;
  await database.write(async (queries) => {
    const others = await queries.selectFrom("alert_channels").select("name")
      .where("organization_id", "=", organization_id).execute();
    const shown = JSON.stringify(name);
    if (others.some((other) => other.name === name)) {
      throw new CostopsError("conflict", `Cannot name a channel ${shown}: there is one of that name`);
    }
    if (others.length >= LIMITS.alert_channels) {
      const most = LIMITS.alert_channels;
      throw new CostopsError(
        "conflict",
        `Cannot add the channel ${shown}: there are ${most} already; remove one first`,
      );
    }
    await queries.insertInto("alert_channels").values(channel).execute();
    const detail = describe(channel);
    await recordAudit(queries, { organization_id, at: now, actor, action: "alert_channel.create", detail });
  });
}

/** Takes a channel away, with what is still on its way to it. Fails with `not_found`. */
export async function deleteChannel(database: Database, key: ChannelKey, { actor, now }: Act): Promise<void> {
  await database.write(async (queries) => {
    const channel = await findChannel(queries, key);
    const { organization_id, id } = channel;
    await queries.deleteFrom("alert_deliveries").where("organization_id", "=", organization_id)
      .where("channel_id", "=", id).execute();
    await queries.deleteFrom("alert_channels").where("organization_id", "=", organization_id).where("id", "=", id)
      .execute();
    const detail = describe(channel);
    await recordAudit(queries, { organization_id, at: now, actor, action: "alert_channel.delete", detail });
  });
}

async function findChannel(queries: Queries, { organization_id, channel }: ChannelKey): Promise<AlertChannel> {
  const rows = await queries.selectFrom("alert_channels").selectAll().where("organization_id", "=", organization_id)
    .where(({ or, eb }) => or([eb("id", "=", channel), eb("name", "=", channel)])).execute();
  const row = rows.find(({ id }) => id === channel) ?? rows[0];
  if (row !== undefined) return toChannel(row);
  throw new CostopsError("not_found", `Cannot find the alert channel ${JSON.stringify(channel)}`);
}

/** What the audit log keeps of a channel: no secret. */
function describe({ id, name, kind, url }: AlertChannel): Record<string, unknown> {
  return { id, name, kind, url: maskUrl(url) };
}

function toChannel({ created_at, ...row }: Selectable<AlertChannelsTable>): AlertChannel {
  return { ...row, created_at: Number(created_at) };
}
