import assert from "node:assert/strict";
import type { Alert } from "../../core/alert/alert.ts";
import { createChannel, deleteChannel, listChannels, readChannel } from "../../db/alert_channels.ts";
import { endDelivery, listAlerts, raiseAlerts, takeDelivery } from "../../db/alerts.ts";
import type { Database } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import { takeTurn } from "../../db/turns.ts";
import { forEachDatabase } from "./for_each_database.ts";

const NOW = Date.UTC(2026, 1, 10, 12);
const MINUTE = 60_000;
const ACT = { actor: "cli:ann", now: NOW };

function alertOf(key: string, keep_until = NOW + MINUTE): Alert {
  return { type: "price.missing", key, text: `about ${key}`, data: { key }, keep_until };
}

let made = 0;

function raise(database: Database, keys: readonly string[], now = NOW, organization_id = "default") {
  const newId = () => `alert-${String(++made).padStart(6, "0")}`;
  return raiseAlerts(database, { organization_id, alerts: keys.map((key) => alertOf(key)), newId }, now);
}

function addChannel(database: Database, id: string, organization_id = "default"): Promise<void> {
  const url = `https://hooks.invalid/${id}`;
  const channel = { organization_id, id, name: `channel ${id}`, kind: "webhook" as const, url, secret: "whsec_YWJj" };
  return createChannel(database, { ...channel, created_at: NOW }, ACT);
}

const keysOf = (alerts: readonly Alert[]) => alerts.map(({ key }) => key);

forEachDatabase(
  "an alert is raised once, whoever raises it again, and by each organization for itself",
  async ({ open }) => {
    const [database, other] = [await open(), await open()];
    await createOrganization(database, { id: "other", name: "other" }, ACT);
    assert.deepEqual(keysOf(await raise(database, ["a", "b", "a"])), ["a", "b"]);
    assert.deepEqual(keysOf(await raise(other, ["b", "c"])), ["c"]);
    assert.deepEqual(keysOf(await raise(database, ["a"], NOW, "other")), ["a"]);
    const both = await Promise.all([raise(database, ["d", "e", "f"]), raise(other, ["f", "e", "d"])]);
    assert.deepEqual(keysOf(both.flat()).sort(), ["d", "e", "f"]);
    const listed = await listAlerts(database, { organization_id: "default", limit: 10 });
    assert.deepEqual(keysOf(listed).sort(), ["a", "b", "c", "d", "e", "f"]);
    const [newest] = listed;
    const next = await listAlerts(database, { organization_id: "default", before: newest!.id, limit: 10 });
    assert.equal(next.length, 5);
  },
);

forEachDatabase("an alert that need not be kept is forgotten", async ({ open }) => {
  const database = await open();
  await raise(database, ["a"]);
  assert.deepEqual(keysOf(await raise(database, ["a"], NOW + MINUTE)), []);
  assert.deepEqual(keysOf(await raise(database, ["a"], NOW + MINUTE + 1)), ["a"]);
});

forEachDatabase(
  "a message is taken once by several, and again a minute after whoever took it has died",
  async ({ open }) => {
    const [database, other] = [await open(), await open()];
    await addChannel(database, "c1");
    await addChannel(database, "c2");
    await raise(database, ["a", "b"]);
    const take = (from: Database, now: number) => takeDelivery(from, { now });
    const taken = await Promise.all([database, other, database, other, database].map((from) => take(from, NOW)));
    const names = taken.map((due) => due === undefined ? "none" : `${due.alert.key} ${due.channel.id} ${due.tries}`);
    assert.deepEqual(names.sort(), ["a c1 1", "a c2 1", "b c1 1", "b c2 1", "none"]);
    assert.equal(await take(database, NOW + MINUTE - 1), undefined);
    const again = await take(other, NOW + MINUTE);
    assert.equal(again!.tries, 2);
  },
);

forEachDatabase("a message that is not taken is sent eight times, then no more", async ({ open }) => {
  const database = await open();
  await addChannel(database, "c1");
  await raise(database, ["a"]);
  const waits: number[] = [];
  let now = NOW;
  for (let tries = 1; tries <= 8; tries++) {
    const due = await takeDelivery(database, { now });
    assert.equal(due!.tries, tries);
    const ended = { is_delivered: false, is_final: false, outcome: "503", now };
    assert.equal(await endDelivery(database, due!, ended), tries === 8 ? "failed" : "pending");
    const [alert] = await listAlerts(database, { organization_id: "default", limit: 1 });
    const { next_at } = alert!.deliveries[0]!;
    if (next_at === null) break;
    waits.push((next_at - now) / MINUTE);
    now = next_at;
  }
  assert.deepEqual(waits, [1, 5, 30, 120, 240, 420, 600]);
  assert.equal(await takeDelivery(database, { now: now + 10_000 * MINUTE }), undefined);
});

forEachDatabase("what a receiver has taken, or wants no more, is not sent again", async ({ open }) => {
  const database = await open();
  await addChannel(database, "c1");
  await addChannel(database, "c2");
  await raise(database, ["a"]);
  for (const [is_delivered, outcome] of [[true, "204"], [false, "410"]] as const) {
    const due = await takeDelivery(database, { now: NOW });
    await endDelivery(database, due!, { is_delivered, is_final: true, outcome, now: NOW });
  }
  const [alert] = await listAlerts(database, { organization_id: "default", limit: 1 });
  assert.deepEqual(alert!.deliveries.map(({ channel, state, outcome, tries }) => [channel, state, outcome, tries]), [
    ["channel c1", "delivered", "204", 1],
    ["channel c2", "failed", "410", 1],
  ]);
  assert.equal(await takeDelivery(database, { now: NOW + 10_000 * MINUTE }), undefined);
});

forEachDatabase("messages of one organization are taken apart, and a removed channel has none", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  await addChannel(database, "c1");
  await addChannel(database, "c1", "other");
  await raise(database, ["a"]);
  assert.equal(await takeDelivery(database, { organization_id: "other", now: NOW }), undefined);
  const key = { organization_id: "default", channel: "channel c1" };
  assert.equal((await readChannel(database, key)).url, "https://hooks.invalid/c1");
  await deleteChannel(database, key, ACT);
  await assert.rejects(deleteChannel(database, key, ACT), { kind: "not_found" });
  assert.equal(await takeDelivery(database, { now: NOW }), undefined);
  assert.deepEqual((await listChannels(database, "other")).map(({ id }) => id), ["c1"]);
  const audit = await database.reader.selectFrom("audit_log").select(["action", "detail"])
    .where("action", "like", "alert_channel.%").execute();
  assert.equal(audit.length, 3);
  assert.ok(audit.every(({ detail }) => !detail.includes("whsec_") && !detail.includes("/c1")));
});

forEachDatabase("an organization has channels of different names, and no more than the limit", async ({ open }) => {
  const database = await open();
  for (let at = 0; at < 20; at++) await addChannel(database, `c${at}`);
  await assert.rejects(addChannel(database, "c3"), { kind: "conflict", message: /one of that name/ });
  await assert.rejects(addChannel(database, "c20"), { kind: "conflict", message: /20 already/ });
});

forEachDatabase("takeTurn() gives each turn to one of several processes", async ({ open }) => {
  const [database, other] = [await open(), await open()];
  const take = (from: Database, now: number) => takeTurn(from, { name: "alerts", every_ms: MINUTE, now });
  const taken = await Promise.all([take(database, NOW), take(other, NOW), take(database, NOW), take(other, NOW)]);
  assert.equal(taken.filter((is) => is).length, 1);
  assert.equal(await take(other, NOW + MINUTE - 1), false);
  assert.equal(await take(database, NOW + MINUTE), true);
  // A clock that was an hour ahead.
  assert.equal(await take(database, NOW - 60 * MINUTE), true);
});
