import assert from "node:assert/strict";
import { toSlackBody, toWebhookBody } from "../../../core/alert/alert.ts";
import { findBudgetAlert } from "../../../core/alert/budget_alerts.ts";
import { maskUrl, readChannelUrl } from "../../../core/alert/channel.ts";
import { toPriceAlert } from "../../../core/alert/price_alerts.ts";
import { MOST_TRIES, nextTry } from "../../../core/alert/retries.ts";
import { NO_MEASURES } from "../../../core/analytics/fold.ts";
import { findPeriod } from "../../../core/budget/period.ts";
import { readBudgetTerms } from "../../../core/budget/read_budget.ts";
import { describeStatus } from "../../../core/budget/status.ts";
import { parseUsd } from "../../../core/money.ts";
import { placeOfHost } from "../../../server/alerts/receiver_address.ts";

const NOW = Date.UTC(2026, 1, 11);
const TERMS = readBudgetTerms({ name: "search", amount_usd: "100", tz: "Europe/Berlin", owner: "ann" }, NOW);
const BUDGET = { ...TERMS, organization_id: "acme", id: "b1", version: 1, created_at: 0, updated_at: 0 };

function alertAt(
  spent: string,
  { unpriced_records = 0n, raised = [] }: { readonly unpriced_records?: bigint; readonly raised?: readonly string[] } =
    {},
) {
  const measures = { ...NO_MEASURES, records: 9n, cost: parseUsd(spent), unpriced_records };
  const period = findPeriod(BUDGET, NOW);
  return findBudgetAlert(describeStatus({ budget: BUDGET, period, measures, projection: null }, NOW), new Set(raised));
}

const KEY_50 = '["budget","b1",1769900400000,1772319600000,50,"100.000000000"]';
const KEY_80 = '["budget","b1",1769900400000,1772319600000,80,"100.000000000"]';
const KEY_100 = '["budget","b1",1769900400000,1772319600000,100,"100.000000000"]';

Deno.test("findBudgetAlert() tells of the highest threshold that is reached, and of none below one that was told", () => {
  assert.equal(alertAt("49.999999999"), undefined);
  assert.equal(alertAt("50")!.key, KEY_50);
  assert.equal(alertAt("1000")!.key, KEY_100);
  assert.equal(alertAt("1000", { raised: [KEY_50, KEY_80] })!.key, KEY_100);
  assert.equal(alertAt("80", { raised: [KEY_80] }), undefined);
  // Usage was deleted, or is cheaper than it was.
  assert.equal(alertAt("80", { raised: [KEY_100] }), undefined);
  const smaller = '["budget","b1",1769900400000,1772319600000,100,"50.000000000"]';
  assert.equal(alertAt("80", { raised: [smaller] })!.key, KEY_80);
  const others = [
    '["budget","b2",1769900400000,1772319600000,80,"100.000000000"]',
    '["budget","b1",1767222000000,1769900400000,80,"100.000000000"]',
  ];
  assert.equal(alertAt("80", { raised: others })!.key, KEY_80);
});

Deno.test("findBudgetAlert() rounds amounts for people, and has every digit for programs", () => {
  const most = alertAt("80.504999999", { unpriced_records: 2n });
  assert.equal(
    most!.text,
    "Budget search has reached 80% in 2026-02: $80.50 of $100.00 are spent, 2 records without a price not in it",
  );
  assert.deepEqual(most!.data, {
    budget_id: "b1",
    budget: "search",
    owner: "ann",
    threshold_percent: 80,
    period: { label: "2026-02", since: "2026-02-01T00:00:00+01:00", until: "2026-03-01T00:00:00+01:00" },
    state: "warning",
    currency: "USD",
    amount_usd: "100.000000000",
    spent_usd: "80.504999999",
    unpriced_records: 2,
  });
});

Deno.test("findBudgetAlert() says nothing of a budget of which nobody knows what is spent", () => {
  assert.equal(alertAt("0", { unpriced_records: 9n }), undefined);
});

Deno.test("toPriceAlert() is one alert a model and day", () => {
  const day = { provider: "openai", model: "gpt-9", day: "2026-02-10", records: 3n, tokens: 40n, reasons: ["x", "y"] };
  const { key, text, data } = toPriceAlert(day);
  assert.equal(key, '["price","openai","gpt-9","2026-02-10"]');
  assert.equal(text, "No price for gpt-9 of openai: 3 records of 2026-02-10 have no cost (x, y)");
  assert.deepEqual(data, { ...day, records: 3, tokens: 40 });
});

Deno.test("nextTry() tries eight times over a day", () => {
  const at: number[] = [0];
  for (let tries = 1; tries < MOST_TRIES; tries++) at.push(nextTry(tries, at.at(-1)!)!);
  assert.deepEqual(at.map((time) => time / 60_000), [0, 1, 6, 36, 156, 396, 816, 1416]);
  assert.equal(nextTry(MOST_TRIES, 0), undefined);
});

Deno.test("toWebhookBody() and toSlackBody() say the same in the form of each", () => {
  const alert = { id: "a1", organization_id: "acme", text: "a < b & c", data: { x: 1 }, raised_at: NOW };
  assert.deepEqual(toWebhookBody({ ...alert, type: "price.missing" }), {
    type: "price.missing",
    timestamp: "2026-02-11T00:00:00.000Z",
    data: { organization_id: "acme", text: "a < b & c", x: 1 },
  });
  assert.deepEqual(toSlackBody(alert), { text: "a &lt; b &amp; c" });
});

Deno.test("readChannelUrl() takes https, and http only where this machine may be sent to", () => {
  const read = (url: string, allows_loopback = false) => readChannelUrl(url, { allows_loopback, placeOf: placeOfHost });
  assert.equal(read(" https://hooks.example.com/a?b=c "), "https://hooks.example.com/a?b=c");
  assert.equal(read("http://127.0.0.1:9/x", true), "http://127.0.0.1:9/x");
  for (
    const url of [
      "http://hooks.example.com/",
      "ftp://hooks.example.com/",
      "hooks.example.com",
      "https://ann:secret@hooks.example.com/",
      "https://hooks.example.com/#x",
      "",
    ]
  ) {
    assert.throws(() => read(url), (error: Error & { kind?: string }) => {
      assert.equal(error.kind, "invalid");
      assert.ok(!error.message.includes("secret"));
      return true;
    });
  }
});

Deno.test("readChannelUrl() refuses at once what nothing will ever be delivered to", () => {
  const refused = (url: string, allows_loopback = false) => {
    try {
      readChannelUrl(url, { allows_loopback, placeOf: placeOfHost });
    } catch (error) {
      return (error as Error).message;
    }
  };
  const loopback = "Cannot send alerts to this very machine: write https:// and a public host, or set " +
    "ALERTS_ALLOW_LOOPBACK=true where costops runs";
  for (const host of ["127.0.0.1:9911", "localhost", "a.localhost", "[::1]", "127.1", "0x7f000001"]) {
    assert.equal(refused(`https://${host}/hook`), loopback, host);
    assert.equal(refused(`http://${host}/hook`), loopback, host);
    assert.equal(refused(`https://${host}/hook`, true), undefined, host);
    assert.equal(refused(`http://${host}/hook`, true), undefined, host);
  }
  const inner = "Cannot send alerts to an address that is not public: write https:// and a public host";
  for (const host of ["10.0.0.1", "169.254.169.254", "[fd00::1]", "168.63.129.16", "0.0.0.0"]) {
    assert.equal(refused(`https://${host}/`), inner, host);
    assert.equal(refused(`https://${host}/`, true), inner, host);
  }
  assert.equal(refused("https://8.8.8.8/"), undefined);
  assert.match(refused("http://8.8.8.8/", true)!, /without TLS/);
});

Deno.test("maskUrl() shows where messages go, and not how one gets in", () => {
  assert.equal(maskUrl("https://hooks.slack.com/services/T0/B0/secret"), "https://hooks.slack.com/…");
  assert.equal(maskUrl("https://hooks.example.com/?token=secret"), "https://hooks.example.com/…");
  assert.equal(maskUrl("https://hooks.example.com/"), "https://hooks.example.com");
});
