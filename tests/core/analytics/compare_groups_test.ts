import assert from "node:assert/strict";
import { compareGroups, type GroupFacts, groupKey } from "../../../core/analytics/compare_groups.ts";
import type { CostRow } from "../../../core/analytics/measures.ts";
import { type Usd, usdFromNanos } from "../../../core/money.ts";
import type { Cell, Report } from "../../../core/report/report.ts";
import { NOW, PRICE_BOOK, queryOf, rowOf } from "../report/sample.ts";

const NO_FACTS: GroupFacts = { quality: new Map(), whole: {}, savings: new Map(), records_since: null };

function compare(rows: CostRow[], previous: CostRow[], facts: Partial<GroupFacts> = {}): Report {
  return compareGroups({
    query: queryOf({ group_by: ["provider,model"] }),
    rows,
    previous: { range: { since: Date.UTC(2026, 0, 3), until: Date.UTC(2026, 0, 5) }, rows: previous },
    facts: { ...NO_FACTS, ...facts },
    now: NOW,
    price_book: PRICE_BOOK,
  }, { type: "models", title: "Models" });
}

function pick(report: Report, ...names: string[]): Cell[][] {
  const at = names.map((name) => report.columns.findIndex((column) => column.name === name));
  return report.rows.map((row) => at.map((index) => row[index]!));
}

const ROWS = [
  rowOf(["p", "cheap"], { nanos: 1_000_000n, input_tokens: 1_000n }),
  rowOf(["p", "dear"], { nanos: 3_000_000n, requests: 2n, input_tokens: 400n, cache_read_tokens: 1_200n }),
  rowOf([null, "unpriced"], { unpriced_records: 1n, unpriced_tokens: 50n, input_tokens: 50n }),
];

Deno.test("compareGroups() tells share, cost for a million tokens and for a request, and the change", () => {
  const report = compare(ROWS, [rowOf(["p", "cheap"], { nanos: 2_000_000n }), rowOf(["q", "gone"], { nanos: 7n })]);
  assert.deepEqual(pick(report, "model", "cost_usd", "cost_share", "cost_per_million_tokens_usd"), [
    ["dear", 3_000_000n, 750_000n, 1_875_000_000n],
    ["cheap", 1_000_000n, 250_000n, 1_000_000_000n],
    ["gone", 0n, 0n, null],
    ["unpriced", null, null, null],
  ]);
  assert.deepEqual(pick(report, "cost_per_request_usd", "previous_cost_usd", "change_usd", "change_percent"), [
    [1_500_000n, 0n, 3_000_000n, null],
    [1_000_000n, 2_000_000n, -1_000_000n, -50_000n],
    [null, 7n, -7n, -100_000n],
    [null, 0n, null, null],
  ]);
});

Deno.test("compareGroups() totals sums, and ratios of the sums", () => {
  const { totals, coverage, report } = compare(ROWS, [rowOf(["p", "cheap"], { nanos: 2_000_000n })]);
  assert.equal(totals["cost_usd"], 4_000_000n);
  assert.equal(totals["cost_share"], 1_000_000n);
  // 4,000,000 nano-dollars for 2,600 priced tokens: 1,538,461,538.46.
  assert.equal(totals["cost_per_million_tokens_usd"], 1_538_461_538n);
  // 4,000,000 / 3 priced requests.
  assert.equal(totals["cost_per_request_usd"], 1_333_333n);
  assert.equal(totals["previous_cost_usd"], 2_000_000n);
  assert.equal(totals["change_usd"], 2_000_000n);
  // 1,200 of 2,650.
  assert.equal(totals["cache_hit_rate"], 452_830n);
  assert.equal(totals["change_percent"], 100_000n);
  assert.equal(coverage?.unpriced_records, 1n);
  assert.equal(report.summary!["previous_since"]!.value, "2026-01-03T00:00:00Z");
});

Deno.test("compareGroups() tells latencies and errors of who says them, and null of who does not", () => {
  const percentiles = { 50: 10n, 90: 20n, 95: 30n, 99: 40n };
  const quality = new Map([[groupKey(["p", "dear"]), {
    latencies: { records: 2n, percentiles },
    statuses: { records: 3n, errors: 1n },
  }]]);
  const report = compare(ROWS.slice(0, 2), [], {
    quality,
    whole: { statuses: { records: 8n, errors: 1n } },
  });
  const names = [
    "latency_records",
    "latency_p50_ms",
    "latency_p99_ms",
    "status_records",
    "error_records",
    "error_rate",
  ];
  assert.deepEqual(pick(report, ...names), [[2n, 10n, 40n, 3n, 1n, 333_333n], [0n, null, null, 0n, 0n, null]]);
  assert.equal(report.totals["error_rate"], 125_000n);
  assert.equal(report.totals["latency_p50_ms"], null);
});

Deno.test("compareGroups() has no total cost where nothing is priced, though a group that is gone cost 0", () => {
  const { totals } = compare([rowOf(["p", "m"], { unpriced_records: 1n })], [rowOf(["q", "gone"], { nanos: 7n })]);
  assert.equal(totals["cost_usd"], null);
  assert.equal(totals["previous_cost_usd"], 7n);
  assert.equal(totals["change_usd"], null);
});

Deno.test("compareGroups() tells savings of what is priced, and none in part", () => {
  const savings = new Map<string, Usd | null>([[groupKey(["p", "dear"]), usdFromNanos(-5n)]]);
  const report = compare(ROWS, [], { savings });
  assert.deepEqual(pick(report, "cache_savings_usd"), [[-5n], [0n], [null]]);
  assert.equal(report.totals["cache_savings_usd"], -5n);
  const pruned = compare(ROWS, [], { records_since: Date.UTC(2026, 0, 6) });
  assert.deepEqual(pick(pruned, "cache_savings_usd"), [[null], [null], [null]]);
  assert.equal(pruned.totals["cache_savings_usd"], null);
  assert.equal(pruned.report.records_since, "2026-01-06T00:00:00Z");
});
