import assert from "node:assert/strict";
import { parse as parseCsv } from "csv-parse/sync";
import fc from "fast-check";
import { type Principal, ROLES } from "../../../core/access.ts";
import { CostopsError } from "../../../core/error.ts";
import { explainCost } from "../../../core/pricing/cost.ts";
import type { AppliedPrice } from "../../../core/pricing/price.ts";
import type { UsageRecord } from "../../../core/usage/record.ts";
import type { Database } from "../../../db/database.ts";
import { pruneUsage } from "../../../db/prune.ts";
import { createEnvironment } from "../../../server/environment.ts";
import { exportFocus, type FocusInput } from "../../../server/operations/focus.ts";
import { perform } from "../../../server/operations/operation.ts";
import { makeReport } from "../../../server/operations/reports.ts";
import { checkFocusRows } from "../../core/report/focus/rules.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { makePrice, makeRecord, NOON, UNPRICED } from "../../db/records.ts";

const PRINCIPAL: Principal = {
  actor: "test",
  organization_id: "default",
  is_super_admin: false,
  permissions: new Set(ROLES.analyst),
};

/** Half a nano-dollar for an input token, 10 dollars for a million output tokens. */
const PRICE: AppliedPrice = {
  ...makePrice("prices 1"),
  rates: { input_mtok: { nanos: 500_000n, per: 1_000_000n }, output_mtok: { nanos: 10_000_000_000n, per: 1_000_000n } },
};

function priced(record: Partial<UsageRecord>, price = PRICE) {
  const whole = makeRecord(record);
  return { record: whole, cost: explainCost(whole, price) };
}

const DAYS = { since: "2026-01-01", until: "2026-01-31" };

async function run(database: Database, input: Omit<FocusInput, "write"> = DAYS, principal = PRINCIPAL) {
  let text = "";
  const context = { environment: createEnvironment(database), principal };
  const summary = await perform(exportFocus, context, { ...input, write: (piece) => void (text += piece) });
  const rows: Record<string, string>[] = parseCsv(text, { columns: true });
  checkFocusRows(rows);
  return { rows, summary };
}

forEachDatabase(
  "exportFocus writes a row for each day, model, meter and tag, of its organization alone",
  async ({ open }) => {
    const database = await open();
    await database.append([
      priced({ id: "r1", input_tokens: 3, output_tokens: 1, project: "search" }),
      priced({ id: "r2", input_tokens: 3, output_tokens: 0, project: "search" }),
      priced({ id: "r3", input_tokens: 5, output_tokens: 0, timestamp: NOON + 86_400_000 }),
      priced({ id: "r4", input_tokens: 900, organization_id: "other" }),
      { record: makeRecord({ id: "r5" }), cost: UNPRICED },
      priced({ id: "r6", input_tokens: 0, output_tokens: 0 }),
    ]);
    const { rows, summary } = await run(database, { ...DAYS, group_by: ["project"] });
    assert.deepEqual(
      rows.map((row) => [row.ChargePeriodStart, row.SkuMeter, row.ConsumedQuantity, row.BilledCost, row.Tags]),
      [
        ["2026-01-05T00:00:00Z", "Input Tokens", "6", "0.000000004", '{"project":"search"}'],
        ["2026-01-05T00:00:00Z", "Output Tokens", "1", "0.000010000", '{"project":"search"}'],
        ["2026-01-06T00:00:00Z", "Input Tokens", "5", "0.000000002", "{}"],
      ],
    );
    assert.deepEqual(rows.map((row) => row.ProviderName), ["OpenAI", "OpenAI", "OpenAI"]);
    assert.deepEqual(summary, { rows: 3, cost_nanos: 10_006n, priced_records: 4n, unpriced_records: 1n });
  },
);

forEachDatabase("exportFocus adds up to what a query answers, to the last digit", async ({ open }) => {
  const database = await open();
  const counts = fc.sample(
    fc.record({
      input_tokens: fc.nat(1_000_000),
      output_tokens: fc.nat(9_999),
      minutes: fc.nat(30 * 24 * 60 - 1),
      model: fc.constantFrom("gpt-5", "other"),
      reference: fc.constantFrom("prices 1", "prices 2"),
    }),
    { numRuns: 300, seed: 1 },
  );
  await database.append(
    counts.map(({ minutes, reference, ...counts }, index) =>
      priced({ id: `r${index}`, timestamp: Date.UTC(2026, 0, 1) + minutes * 60_000, ...counts }, {
        ...PRICE,
        reference,
      })
    ),
  );
  const context = { environment: createEnvironment(database), principal: PRINCIPAL };
  for (const tz of ["UTC", "Asia/Kathmandu"]) {
    const report = await perform(makeReport, context, { ...DAYS, tz, type: "cost" });
    for (const group_by of [["day"], ["hour"], ["month", "service_tier"]]) {
      const { rows, summary } = await run(database, { ...DAYS, tz, group_by });
      const total = rows.reduce((sum, row) => sum + BigInt(row.BilledCost!.replace(".", "")), 0n);
      assert.equal(total, report.totals.cost_usd);
      assert.equal(summary.cost_nanos, total);
    }
  }
});

forEachDatabase("exportFocus refuses weeks, strangers, and a role that sees no costs", async ({ open }) => {
  const database = await open();
  const refused = (kind: string) => (error: unknown) => error instanceof CostopsError && error.kind === kind;
  await assert.rejects(run(database, { ...DAYS, group_by: ["week"] }), refused("invalid"));
  await assert.rejects(run(database, { ...DAYS, organization_id: "other" }), refused("forbidden_organization"));
  const nobody = { ...PRINCIPAL, permissions: new Set<never>() };
  await assert.rejects(run(database, DAYS, nobody), refused("forbidden"));
});

forEachDatabase("exportFocus refuses a period whose records retention has dropped", async ({ open }) => {
  const database = await open();
  const [before, after] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 6)];
  await database.append([
    priced({ id: "r1", timestamp: before }),
    priced({ id: "r2", timestamp: after, output_tokens: 0 }),
  ]);
  await pruneUsage(database, {
    organization_id: "default",
    before: after,
    is_preview: false,
    actor: "test",
    now: after + 1,
  });
  await assert.rejects(
    run(database),
    (error) =>
      error instanceof CostopsError && error.kind === "beyond_retention" &&
      error.message.includes("from before 2026-01-06T00:00:00.000Z"),
  );
  const { rows } = await run(database, { since: "2026-01-06", until: "2026-01-31" });
  assert.deepEqual(rows.map((row) => row.BilledCost), ["0.000000050"]);
});

forEachDatabase("exportFocus of no usage is a header", async ({ open }) => {
  const { rows, summary } = await run(await open());
  assert.deepEqual(rows, []);
  assert.deepEqual(summary, { rows: 0, cost_nanos: 0n, priced_records: 0n, unpriced_records: 0n });
});
