import assert from "node:assert/strict";
import { readBudgetTerms } from "../../../core/budget/read_budget.ts";
import { createChannel } from "../../../db/alert_channels.ts";
import { listAlerts } from "../../../db/alerts.ts";
import { changeBudget, createBudget } from "../../../db/budgets.ts";
import { LIMITS } from "../../../core/limits.ts";
import type { Database } from "../../../db/database.ts";
import { createOrganization } from "../../../db/organizations.ts";
import { deleteUsage } from "../../../db/usage.ts";
import { scheduleAlerts } from "../../../server/alerts/schedule.ts";
import { evaluateAlerts, sendDue } from "../../../server/alerts/run_alerts.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import type { OutgoingMessage } from "../../../server/alerts/post_message.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { makeCost, makeEntry, UNPRICED } from "../../db/records.ts";

/** 2026-02-10T12:00:00Z. */
const NOW = Date.UTC(2026, 1, 10, 12);
const DAY = 86_400_000;
const ACT = { actor: "cli:ann", now: NOW - 10 * DAY };
const SILENT = { write: () => {}, flush: () => Promise.resolve() };

/** An environment whose messages go into a list. */
function environmentOf(database: Database, now: number, sent: OutgoingMessage[], is_delivered = true): Environment {
  const postMessage = (message: OutgoingMessage) => {
    sent.push(message);
    return Promise.resolve({ is_delivered, is_final: false, outcome: is_delivered ? "200" : "503" });
  };
  return { ...createEnvironment(database), now: () => now, postMessage };
}

/** Ten dollars a day in Berlin, and eight spent: on the day before, six. */
async function fill(database: Database): Promise<void> {
  const terms = readBudgetTerms({ name: "daily", amount_usd: "10", period: "day", tz: "Europe/Berlin" }, NOW);
  await createBudget(database, { organization_id: "default", id: "b1", ...terms }, ACT);
  await database.append([
    makeEntry({ id: "a", timestamp: NOW - DAY }, makeCost(6_000_000_000n)),
    makeEntry({ id: "b", timestamp: NOW }, makeCost(8_000_000_000n)),
    makeEntry({ id: "c", timestamp: NOW, model: "gpt-9" }, UNPRICED),
    makeEntry({ id: "d", timestamp: NOW, model: "gpt-9", service_tier: "batch" }, UNPRICED),
  ]);
  const channel = { organization_id: "default", id: "c1", name: "ops", kind: "slack" as const, secret: null };
  await createChannel(database, { ...channel, url: "https://hooks.invalid/x", created_at: NOW }, ACT);
}

const WANTED = [
  '["budget","b1",1770591600000,1770678000000,50,"10.000000000"]',
  '["budget","b1",1770678000000,1770764400000,80,"10.000000000"]',
  '["price","openai","gpt-9","2026-02-10"]',
];

forEachDatabase("each alert is raised once and told once, whoever looks", async ({ open }) => {
  const [database, other] = [await open(), await open()];
  await fill(database);
  const sent: OutgoingMessage[] = [];
  const both = [environmentOf(database, NOW, sent), environmentOf(other, NOW, sent)] as const;
  const raised = await Promise.all(both.map((environment) => evaluateAlerts(environment, "default")));
  assert.deepEqual(raised.flat().map(({ key }) => key).sort(), WANTED);
  await Promise.all(both.map((environment) => sendDue(environment)));
  assert.equal(sent.length, 3);
  assert.deepEqual(sent.map(({ body }) => JSON.parse(body).text).sort(), [
    "Budget daily has reached 50% in 2026-02-09: $6.00 of $10.00 are spent",
    "Budget daily has reached 80% in 2026-02-10: $8.00 of $10.00 are spent, 2 records without a price not in it",
    "No price for gpt-9 of openai: 2 records of 2026-02-10 have no cost (unknown_model)",
  ]);
  assert.deepEqual(await evaluateAlerts(both[1], "default"), []);
  assert.deepEqual(await sendDue(both[0]), { delivered: 0, pending: 0, failed: 0 });
});

forEachDatabase("more spend raises the next threshold alone, and a new day begins anew", async ({ open }) => {
  const database = await open();
  await fill(database);
  const look = async (now: number) =>
    (await evaluateAlerts(environmentOf(database, now, []), "default")).map(({ key }) => key);
  await look(NOW);
  await database.append([makeEntry({ id: "e", timestamp: NOW }, makeCost(2_000_000_000n))]);
  assert.deepEqual(await look(NOW + 1), ['["budget","b1",1770678000000,1770764400000,100,"10.000000000"]']);
  await deleteUsage(database, { organization_id: "default", id: "e" }, ACT);
  assert.deepEqual(await look(NOW + 2), []);
  await database.append([makeEntry({ id: "f", timestamp: NOW + DAY }, makeCost(5_000_000_000n))]);
  assert.deepEqual(await look(NOW + DAY), ['["budget","b1",1770764400000,1770850800000,50,"10.000000000"]']);
});

forEachDatabase("a threshold of another amount is another threshold", async ({ open }) => {
  const database = await open();
  await fill(database);
  const look = async (now: number) =>
    (await evaluateAlerts(environmentOf(database, now, []), "default")).map(({ text }) => text.replace(/,.*/, ""));
  await look(NOW);
  await database.append([makeEntry({ id: "e", timestamp: NOW }, makeCost(2_000_000_000n))]);
  assert.deepEqual(await look(NOW + 1), ["Budget daily has reached 100% in 2026-02-10: $10.00 of $10.00 are spent"]);
  const written = { name: "daily", amount_usd: "20", period: "day", tz: "Europe/Berlin" };
  const change = { key: { organization_id: "default", budget: "daily" }, terms: readBudgetTerms(written, NOW) };
  await changeBudget(database, change, { ...ACT, now: NOW + 2 });
  assert.deepEqual(await look(NOW + 3), ["Budget daily has reached 50% in 2026-02-10: $10.00 of $20.00 are spent"]);
  assert.deepEqual(await look(NOW + 4), []);
  await database.append([makeEntry({ id: "f", timestamp: NOW }, makeCost(10_000_000_000n))]);
  assert.deepEqual(await look(NOW + 5), [
    "Budget daily has reached 100% in 2026-02-10: $20.00 of $20.00 are spent",
  ]);
});

forEachDatabase("what was over before a budget was set is no news", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry({ id: "a", timestamp: NOW - DAY }, makeCost(6_000_000_000n))]);
  const terms = readBudgetTerms({ name: "daily", amount_usd: "10", period: "day" }, NOW);
  await createBudget(database, { organization_id: "default", id: "b1", ...terms }, { ...ACT, now: NOW });
  assert.deepEqual(await evaluateAlerts(environmentOf(database, NOW, []), "default"), []);
});

forEachDatabase("a message that was not taken is sent again after a restart", async ({ open }) => {
  const database = await open();
  await fill(database);
  await evaluateAlerts(environmentOf(database, NOW, []), "default");
  const first: OutgoingMessage[] = [];
  const refused = await sendDue(environmentOf(database, NOW, first, false), { organization_id: "default" });
  assert.deepEqual(refused, { delivered: 0, pending: 3, failed: 0 });
  await database.close();
  const again: OutgoingMessage[] = [];
  const reopened = await open();
  assert.deepEqual(await sendDue(environmentOf(reopened, NOW + 60_000, again)), {
    delivered: 3,
    pending: 0,
    failed: 0,
  });
  assert.deepEqual(again.map(({ body }) => body).sort(), first.map(({ body }) => body).sort());
  const listed = await listAlerts(reopened, { organization_id: "default", limit: 10 });
  assert.ok(listed.every(({ deliveries: [delivery] }) => delivery!.state === "delivered" && delivery!.tries === 2));
});

forEachDatabase(
  "servers look at every organization, by turns, and one that fails holds up no other",
  async ({ open }) => {
    const [database, other] = [await open(), await open()];
    await createOrganization(database, { id: "a-broken-one", name: "broken" }, ACT);
    await fill(database);
    await database.write(async (queries) => {
      const row = await queries.selectFrom("budgets").selectAll().executeTakeFirstOrThrow();
      await queries.insertInto("budgets").values({ ...row, organization_id: "a-broken-one", filter: "{" }).execute();
    });
    const sent: OutgoingMessage[] = [];
    const lines: string[] = [];
    const told = Promise.withResolvers<void>();
    const log = {
      ...SILENT,
      write: (_level: string, message: string) => {
        lines.push(message);
      },
    };
    const environment = environmentOf(database, NOW, sent);
    const telling = {
      ...environment,
      postMessage: async (message: OutgoingMessage) => {
        const receipt = await environment.postMessage(message);
        if (sent.length === 3) told.resolve();
        return receipt;
      },
    };
    const schedules = [telling, { ...telling, database: other }].map((one) =>
      scheduleAlerts(one, { interval_ms: 60_000, log, tick_ms: 1 })
    );
    await told.promise;
    for (const schedule of schedules) await schedule!.stop();
    assert.equal(sent.length, 3);
    assert.deepEqual(lines.filter((line) => line !== "alert raised"), ["alerts could not be looked for"]);
    assert.equal(scheduleAlerts(environment, { interval_ms: 0, log }), undefined);
  },
);

forEachDatabase("a budget that cannot be added up holds up no other alert, and is told", async ({ open }) => {
  const database = await open();
  await fill(database);
  const terms = readBudgetTerms({ name: "a tag's", amount_usd: "10", filter: ["tag:team=core"] }, NOW);
  await createBudget(database, { organization_id: "default", id: "b0", ...terms }, ACT);
  await database.write(async (queries) => {
    await queries.insertInto("prune_marks").values({ organization_id: "default", before: NOW - 5 * DAY }).execute();
  });
  const failures: unknown[] = [];
  const environment = environmentOf(database, NOW, []);
  const raised = await evaluateAlerts(environment, "default", { onFailure: (error) => void failures.push(error) });
  assert.deepEqual(raised.map(({ key }) => key).sort(), WANTED);
  assert.deepEqual(failures.map((error) => (error as { kind?: string }).kind), ["beyond_retention"]);
  await assert.rejects(evaluateAlerts(environment, "default"), { kind: "beyond_retention" });
});

forEachDatabase("a receiver that does not answer holds up its own organization alone", async ({ open }) => {
  const database = await open();
  await fill(database);
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  const channel = { organization_id: "other", id: "c2", name: "ops", kind: "slack" as const, secret: null };
  await createChannel(database, { ...channel, url: "https://other.invalid/x", created_at: NOW }, ACT);
  await database.append([makeEntry({ organization_id: "other", id: "a", timestamp: NOW, model: "gpt-9" }, UNPRICED)]);
  const sent: OutgoingMessage[] = [];
  const answer = Promise.withResolvers<void>();
  const environment = environmentOf(database, NOW, sent);
  await evaluateAlerts(environment, "default");
  await evaluateAlerts({ ...environment, now: () => NOW + 1 }, "other");
  const told = Promise.withResolvers<void>();
  const slow: Environment = {
    ...environment,
    now: () => NOW + 1,
    postMessage: async (message) => {
      if (message.url === "https://other.invalid/x") told.resolve();
      else await answer.promise;
      return await environment.postMessage(message);
    },
  };
  const sending = sendDue(slow);
  await told.promise;
  assert.deepEqual(sent.map(({ url }) => url), ["https://other.invalid/x"]);
  answer.resolve();
  assert.deepEqual(await sending, { delivered: 4, pending: 0, failed: 0 });
});

forEachDatabase("a server looks for alerts while a receiver does not answer", async ({ open }) => {
  const database = await open();
  await fill(database);
  const sent: OutgoingMessage[] = [];
  const environment = environmentOf(database, NOW, sent);
  const answer = Promise.withResolvers<void>();
  const [reached, looked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let now = NOW;
  const slow: Environment = {
    ...environment,
    now: () => now,
    postMessage: async (message) => {
      reached.resolve();
      await answer.promise;
      return await environment.postMessage(message);
    },
  };
  const write = (_level: string, message: string) => {
    if (message === "alert raised" && now > NOW) looked.resolve();
  };
  const schedule = scheduleAlerts(slow, { interval_ms: 60_000, log: { ...SILENT, write }, tick_ms: 1 });
  await reached.promise;
  await database.append([makeEntry({ id: "e", timestamp: NOW }, makeCost(2_000_000_000n))]);
  now = NOW + 60_000;
  await looked.promise;
  answer.resolve();
  await schedule!.stop();
});

forEachDatabase("a message that the end of the server breaks off has not failed", async ({ open }) => {
  const database = await open();
  await fill(database);
  const environment = environmentOf(database, NOW, []);
  await evaluateAlerts(environment, "default");
  const ending = new AbortController();
  const postMessage = () => {
    ending.abort();
    return Promise.resolve({ is_delivered: false, is_final: true, outcome: "broken off" });
  };
  const counts = await sendDue({ ...environment, postMessage }, { signal: ending.signal });
  assert.deepEqual(counts, { delivered: 0, pending: 1, failed: 0 });
  const listed = await listAlerts(database, { organization_id: "default", limit: 10 });
  assert.deepEqual(listed.map(({ deliveries: [delivery] }) => delivery!.outcome), [null, null, null]);
});

forEachDatabase("of one day so many models without a price are told, however often is looked", async ({ open }) => {
  const database = await open();
  const look = async (first: number, tokens: number) => {
    const entries = Array.from({ length: LIMITS.price_alerts_of_day }, (_, at) => {
      const id = `m${first + at}`;
      return makeEntry({ id, timestamp: NOW, model: id, input_tokens: tokens }, UNPRICED);
    });
    await database.append(entries);
    return (await evaluateAlerts(environmentOf(database, NOW, []), "default")).length;
  };
  assert.equal(await look(0, 1_000), 100);
  assert.equal(await look(1_000, 2_000), 0);
});
