import assert from "node:assert/strict";
import { explainCost } from "../../core/pricing/cost.ts";
import type { UsageRecord } from "../../core/usage/record.ts";
import type { AppendEntry } from "../../db/append.ts";
import type { Database } from "../../db/database.ts";
import { examineDatabase } from "../../db/doctor.ts";
import { MIGRATIONS } from "../../db/migrate.ts";
import { createOrganization } from "../../db/organizations.ts";
import { deleteUsage } from "../../db/usage.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { makePrice, makeRecord, NOON, UNPRICED } from "./records.ts";
import { tamper } from "./tamper.ts";

const ACT = { actor: "cli:ann", now: NOON };

/** A record at the price of $1.25 for a million input tokens. */
function priced(overrides: Partial<UsageRecord>): AppendEntry {
  const record = makeRecord({ output_tokens: 0, ...overrides });
  return { record, cost: explainCost(record, makePrice("prices 1")) };
}

async function fill(database: Database): Promise<void> {
  await database.append([
    priced({ id: "r1" }),
    priced({ id: "r2", user: "ann", project: "p", input_tokens: 1_000_000 }),
    priced({ id: "r3", organization_id: "other", timestamp: NOON + 86_400_000 }),
    { record: makeRecord({ id: "r4", units: { audio_input_tokens: 7, web_searches: 2 } }), cost: UNPRICED },
    priced({ id: "gone" }),
  ]);
  await deleteUsage(database, { organization_id: "default", id: "gone" }, ACT);
  await createOrganization(database, { id: "acme", name: "acme" }, ACT);
}

forEachDatabase("examineDatabase() proves a sound database, an empty one too", async ({ open }) => {
  const database = await open();
  const isSound = async () => (await examineDatabase(database)).filter(({ ok }) => !ok);
  assert.deepEqual(await isSound(), []);
  await fill(database);
  assert.deepEqual(await isSound(), []);
  const { proved } = await database.checkIntegrity();
  assert.deepEqual((await examineDatabase(database)).map(({ check, detail }) => [check, detail]), [
    ["structure", proved],
    ["migrations", `at version ${MIGRATIONS.length}`],
    ["identities", "every record has one identity and one row"],
    ["usage_by_quarter_hour", "every line equals the sum of its rows"],
    ["usage_by_day", "every line equals the sum of its rows"],
    ["usage_by_day_and_user", "every line equals the sum of its rows"],
    ["costs", "4 records cost what their stored prices say"],
    ["audit", "the chain of entries is whole"],
  ]);
});

/** Damage, and what is said of it by check. */
const DAMAGE: readonly (readonly [string, string, Readonly<Record<string, RegExp>>])[] = [
  ["one nano-dollar in a day", "update usage_by_day set cost_nanos = cost_nanos + 1 where project = 'p'", {
    usage_by_day:
      /^default 2026-01-05T00:00:00.000Z openai gpt-5 p - standard: the rows exceed it in cost_nanos by -1$/,
  }],
  [
    "one token in a quarter-hour",
    "update usage_by_quarter_hour set input_tokens = 99 where organization_id = 'other'",
    {
      usage_by_quarter_hour: /^other 2026-01-06T12:00:00.000Z .*: the rows exceed it in input_tokens by 1$/,
    },
  ],
  ["a lost line", "delete from usage_by_day_and_user where user_id = 'ann'", {
    usage_by_day_and_user:
      / ann: the rows exceed it in requests by 1, records by 1, input_tokens by 1000000, cost_nanos by 1250000000$/,
  }],
  [
    "a line of nothing",
    `insert into usage_by_day select organization_id, start + 86400000, provider, model, project,
    environment, service_tier, 0, 0, 0, 0, 0, 0, 0, 0, 0 from usage_by_day where project = 'p'`,
    {
      usage_by_day: /2026-01-06T00:00:00.000Z .*: it has a line and no rows$/,
    },
  ],
  ["a lost row", "delete from usage where id = 'r1'", {
    identities: /^default r1 has an identity and no row$/,
    usage_by_quarter_hour: /requests by -1/,
    usage_by_day: /requests by -1/,
    usage_by_day_and_user: /requests by -1/,
  }],
  ["a lost identity", "delete from usage_identity where id = 'r1'", {
    identities: /^default r1 has a row and no identity$/,
  }],
  ["a row that was deleted", "update usage_identity set deleted_at = 1 where id = 'r1'", {
    identities: /^default r1 is deleted and has a row$/,
  }],
  [
    "a cost that its price does not give",
    `update usage set cost_nanos = 124999 where id = 'r1';
    update usage_by_day set cost_nanos = cost_nanos - 1 where organization_id = 'default' and project = '' and unpriced_records = 1;
    update usage_by_quarter_hour set cost_nanos = cost_nanos - 1 where organization_id = 'default' and project = '';
    update usage_by_day_and_user set cost_nanos = cost_nanos - 1 where organization_id = 'default' and project = ''`,
    {
      costs: /^default r1: it is stored at 124999 nano-dollars, its price gives 125000$/,
    },
  ],
  ["a stored price that was changed", "update applied_prices set body = replace(body, '1250000000', '1250000001')", {
    costs: /^default r1: its stored price \d+ is gone or was changed$/m,
  }],
  ["units that are not what their sums say", `update usage set units = '{"audio_input_tokens":8}' where id = 'r4'`, {
    costs: /^default r4: its units are not what their sums say$/,
  }],
  ["a migration that nobody knows", "insert into schema_migrations values (999, 'strange', 'x', 0)", {
    migrations: /^applied are 1 initial,.* 999 strange; wanted are 1 initial(?!.*strange)/,
  }],
  [
    "a changed audit log",
    "update audit_log set actor = 'cli:eve' where number = 1",
    {
      audit: /^entry 1 was changed$/,
    },
  ],
];

for (const [name, statement, wanted] of DAMAGE) {
  forEachDatabase(`examineDatabase() finds ${name}, and nothing else`, async ({ open, url }) => {
    const database = await open();
    await fill(database);
    await tamper(url, statement);
    const wrong = (await examineDatabase(database)).filter(({ ok }) => !ok);
    assert.deepEqual(wrong.map(({ check }) => check), Object.keys(wanted));
    for (const { check, detail } of wrong) assert.match(detail, wanted[check]!);
  });
}

forEachDatabase("examineDatabase() shows at most twenty faults of a check", async ({ open, url }) => {
  const database = await open();
  await database.append(Array.from({ length: 30 }, (_, at) => priced({ id: `r${at}` })));
  await tamper(url, "delete from usage_identity");
  const identities = (await examineDatabase(database)).find(({ check }) => check === "identities");
  const lines = identities?.detail.split("\n") ?? [];
  assert.equal(lines.length, 21);
  assert.equal(lines[20], "… and more");
});

forEachDatabase("examineDatabase() asks nothing of what retention has dropped", async ({ open, url }) => {
  const database = await open();
  await fill(database);
  await tamper(
    url,
    `insert into prune_marks values ('default', ${Date.UTC(2026, 0, 6)});
    delete from usage where organization_id = 'default'`,
  );
  assert.deepEqual((await examineDatabase(database)).filter(({ ok }) => !ok), []);
});
