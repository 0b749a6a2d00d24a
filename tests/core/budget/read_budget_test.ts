import assert from "node:assert/strict";
import { readBudgetTerms, readDollars, writeFilter, type WrittenBudget } from "../../../core/budget/read_budget.ts";

/** 2026-02-10T12:00:00Z. */
const NOW = Date.UTC(2026, 1, 10, 12);

const read = (written: Partial<WrittenBudget>) =>
  readBudgetTerms({ name: "search", amount_usd: "500", ...written }, NOW);

Deno.test("readBudgetTerms() gives a month of UTC, everything, and alerts at 50, 80 and 100 percent", () => {
  assert.deepEqual(read({}), {
    name: "search",
    amount: 500_000_000_000n,
    period: { name: "month" },
    tz: "UTC",
    scope: new Map(),
    thresholds: [50, 80, 100],
    owner: null,
  });
});

Deno.test("readBudgetTerms() reads a custom period in the zone, its last day included", () => {
  const terms = read({ period: "custom", since: "2026-03-01", until: "2026-03-31", tz: "europe/berlin" });
  assert.equal(terms.tz, "Europe/Berlin");
  assert.deepEqual(terms.period, {
    name: "custom",
    since: Date.parse("2026-02-28T23:00:00Z"),
    until: Date.parse("2026-03-31T22:00:00Z"),
  });
});

Deno.test("readBudgetTerms() reads the same scope from texts and from lists", () => {
  const scope = new Map([["project", ["a,b", "c"]], ["tag:team", ["core"]]]);
  assert.deepEqual(read({ filter: ["project=a\\,b,c", "tag:team=core"] }).scope, scope);
  assert.deepEqual(read({ filter: { project: ["a,b", "c"], "tag:team": ["core"] } }).scope, scope);
  assert.equal(writeFilter("project", ["a,b", "c\\d"]), "project=a\\,b,c\\\\d");
});

Deno.test("readBudgetTerms() puts thresholds in order, each once", () => {
  assert.deepEqual(read({ thresholds: [100, 75, 75, 110] }).thresholds, [75, 100, 110]);
  assert.deepEqual(read({ thresholds: [] }).thresholds, []);
});

Deno.test("readBudgetTerms() refuses what is no budget, naming the field", () => {
  const refusals: [Partial<WrittenBudget>, string, RegExp][] = [
    [{ name: " " }, "/name", /1 to 128 visible characters/],
    [{ amount_usd: "0" }, "/amount_usd", /above 0/],
    [{ amount_usd: "-1" }, "/amount_usd", /above 0/],
    [{ amount_usd: "1000000001" }, "/amount_usd", /below a billion/],
    [{ amount_usd: "ten" }, "/amount_usd", /write a decimal/],
    [{ amount_usd: "0.0000000001" }, "/amount_usd", /at most 9 decimals/],
    [{ period: "moth" }, "/period", /did you mean month\?/],
    [{ period: "month", since: "2026-01-01" }, "/since", /of the period custom/],
    [{ period: "custom", since: "2026-01-01" }, "/since", /both since and until/],
    [{ period: "custom", since: "2026-01-02", until: "2026-01-01" }, "/since", /must be later/],
    [{ period: "custom", since: "2010-01-01", until: "2026-01-01" }, "/until", /ten years/],
    [{ tz: "Europe/Berln" }, "/tz", /did you mean Europe\/Berlin\?/],
    [{ filter: ["projct=x"] }, "/filter", /did you mean project\?/],
    [{ thresholds: [0] }, "/thresholds", /from 1 to 1000/],
    [{ thresholds: [12.5] }, "/thresholds", /whole percent/],
    [{ owner: "a\u0000" }, "/owner", /visible characters/],
  ];
  for (const [written, pointer, message] of refusals) {
    assert.throws(() => read(written), (error: Error & { kind?: string; issues?: { pointer: string }[] }) => {
      assert.equal(error.kind, "invalid");
      assert.equal(error.issues?.[0]?.pointer, pointer);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("readDollars() takes the digits of a number as they are written", () => {
  assert.equal(readDollars(0.1), 100_000_000n);
  assert.equal(readDollars(1e-9), 1n);
  assert.equal(readDollars("12.50"), 12_500_000_000n);
});
