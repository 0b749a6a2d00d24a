import assert from "node:assert/strict";
import { evaluateAlerts } from "../../../server/alerts/run_alerts.ts";
import { createEnvironment } from "../../../server/environment.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { makeCost, makeEntry } from "../../db/records.ts";

const DAY = 86_400_000;
/** 2026-03-10T06:00:00Z. */
const NOW = Date.UTC(2026, 2, 10, 6);

forEachDatabase("an unusual day is told once, the morning after", async ({ open }) => {
  const database = await open();
  const entries = [];
  for (let day = 70; day >= 1; day--) {
    // Nine, ten or eleven dollars; yesterday a hundred.
    const dollars = day === 1 ? 100n : 9n + BigInt((day * 7) % 3);
    entries.push(makeEntry({ id: `${day}`, timestamp: NOW - day * DAY }, makeCost(dollars * 1_000_000_000n)));
  }
  await database.append(entries);
  const look = (now: number, without: readonly string[] = []) =>
    evaluateAlerts({ ...createEnvironment(database), now: () => now }, "default", { without });
  assert.deepEqual(await look(NOW, ["anomalies"]), []);
  const [alert, ...others] = await look(NOW);
  assert.equal(others.length, 0);
  assert.equal(alert!.type, "anomaly.found");
  assert.match(
    alert!.text,
    /^Unusual cost of total in 2026-03-09: \$100\.00 where \$\d+\.\d+ were expected, \$\d+\.\d+ more/,
  );
  assert.equal(alert!.data.actual_usd, "100.000000000");
  assert.deepEqual(await look(NOW + DAY / 2), []);
  await database.append([makeEntry({ id: "today", timestamp: NOW }, makeCost(10_000_000_000n))]);
  assert.deepEqual(await look(NOW + DAY), []);
});
