import assert from "node:assert/strict";
import { buildSummaryReport, previousRange } from "../../../core/analytics/compare_periods.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "../report/sample.ts";

function before(since: string, until: string, { tz = "UTC", now = "2030-01-01T00:00:00Z" } = {}): string {
  const range = previousRange({ since: Date.parse(since), until: Date.parse(until) }, { tz, now: Date.parse(now) });
  return `${new Date(range.since).toISOString()} ${new Date(range.until).toISOString()}`.replaceAll(".000Z", "Z");
}

Deno.test("previousRange() goes back by whole months, whole days, else by the time that passed", () => {
  assert.equal(before("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"), "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z");
  assert.equal(before("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"), "2026-02-23T00:00:00Z 2026-03-02T00:00:00Z");
  assert.equal(before("2026-03-02T10:00:00Z", "2026-03-02T16:00:00Z"), "2026-03-02T04:00:00Z 2026-03-02T10:00:00Z");
});

Deno.test("previousRange() counts days by the zone's calendar when clocks change", () => {
  assert.equal(
    before("2026-03-30T00:00:00+02:00", "2026-03-31T00:00:00+02:00", { tz: "Europe/Berlin" }),
    "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z",
  );
});

Deno.test("previousRange() compares a month that still runs with as much of the one before", () => {
  assert.equal(
    before("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", { now: "2026-03-10T11:50:00Z" }),
    "2026-02-01T00:00:00Z 2026-02-10T12:00:00Z",
  );
  assert.equal(
    before("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", { now: "2026-03-31T11:50:00Z" }),
    "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z",
  );
});

Deno.test("buildSummaryReport() has no total cost where nothing is priced, though a group that is gone cost 0", () => {
  const { totals } = buildSummaryReport({
    query: queryOf({ group_by: ["model"] }),
    rows: [rowOf(["unpriced"], { unpriced_records: 1n })],
    previous: { range: { since: 0, until: 1 }, rows: [rowOf(["gone"], { nanos: 7n })] },
    now: NOW,
    price_book: PRICE_BOOK,
  });
  assert.equal(totals["cost_usd"], null);
  assert.equal(totals["previous_cost_usd"], 7n);
});

Deno.test("buildSummaryReport() shows each group's change, exact, and none where a cost is unknown", () => {
  const report = buildSummaryReport({
    query: queryOf({ group_by: ["provider,model"] }),
    rows: [
      rowOf(["p", "grown"], { nanos: 4_000_000_000n }),
      rowOf(["p", "new"], { nanos: 1n }),
      rowOf(["p", "unpriced"], { unpriced_records: 1n }),
    ],
    previous: {
      range: { since: Date.UTC(2026, 0, 3), until: Date.UTC(2026, 0, 5) },
      rows: [
        rowOf(["p", "grown"], { nanos: 3_000_000_000n }),
        rowOf(["p", "gone"], { nanos: 500n }),
        rowOf(["p", "unpriced"], { nanos: 7n }),
      ],
    },
    now: NOW,
    price_book: PRICE_BOOK,
  });
  assert.equal(
    report.report.title,
    "Summary by provider and model, compared with 2026-01-03T00:00:00Z to 2026-01-05T00:00:00Z",
  );
  assert.deepEqual(report.columns.slice(-5).map((column) => column.name), [
    "cost_usd",
    "unpriced_records",
    "previous_cost_usd",
    "change_usd",
    "change_percent",
  ]);
  assert.deepEqual(report.rows.map((row) => [row[1], row[2], ...row.slice(-5)]), [
    ["grown", 1n, 4_000_000_000n, 0n, 3_000_000_000n, 1_000_000_000n, 33_333n],
    ["new", 1n, 1n, 0n, 0n, 1n, null],
    ["gone", 0n, 0n, 0n, 500n, -500n, -100_000n],
    ["unpriced", 1n, null, 1n, 7n, null, null],
  ]);
  assert.equal(report.totals["cost_usd"], 4_000_000_001n);
  assert.equal(report.totals["previous_cost_usd"], 3_000_000_507n);
  assert.equal(report.totals["change_usd"], 999_999_501n);
  assert.equal(Object.hasOwn(report.totals, "change_percent"), false);
});
