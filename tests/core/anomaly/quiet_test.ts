import { strict as assert } from "node:assert";
import { type CostSeries, type FoundAnomaly, judgeCosts } from "../../../core/anomaly/judge.ts";
import { type AnomalyInterval, DEFAULT_FLAG_SCORE, planAnomalies } from "../../../core/anomaly/plan.ts";
import { selectAnomalies } from "../../../core/anomaly/select.ts";
import { createUniform } from "../../../core/forecast/random.ts";
import { usdFromNanos } from "../../../core/money.ts";

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 5);

/** What each of 20 models and 20 projects costs in each period: of 30 leaves, each of one model and one project. */
function makeOrganization(random: () => number, { periods, isHourly }: { periods: number; isHourly: boolean }) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const leaves = Array.from({ length: 30 }, () => ({
    model: Math.floor(random() * 20),
    project: Math.floor(random() * 20),
    size: 20 * Math.exp(normal()),
    spread: 0.05 + 0.2 * random(),
    weekend: 0.2 + 0.8 * random(),
    // A job of every night, and work by day.
    isJob: random() < 0.2,
  }));
  const total = new Array<number>(periods).fill(0);
  const groups = { model: new Map<number, number[]>(), project: new Map<number, number[]>() };
  for (let at = 0; at < periods; at++) {
    const [day, hour] = isHourly ? [Math.floor(at / 24), at % 24] : [at, 12];
    for (const leaf of leaves) {
      const ofHour = !isHourly ? 1 : leaf.isJob ? (hour === 3 ? 20 : 0) : 1.2 + Math.sin((hour - 8) * Math.PI / 12);
      const cost = leaf.size * ofHour * (day % 7 >= 5 ? leaf.weekend : 1) * Math.exp(leaf.spread * normal());
      total[at]! += cost;
      for (const name of ["model", "project"] as const) {
        if (!groups[name].has(leaf[name])) groups[name].set(leaf[name], new Array<number>(periods).fill(0));
        groups[name].get(leaf[name])![at]! += cost;
      }
    }
  }
  const toCosts = (dollars: readonly number[]) => dollars.map((cost) => usdFromNanos(BigInt(Math.round(cost * 1e9))));
  const ofGroups = (["model", "project"] as const).flatMap((name) =>
    [...groups[name]].map(([value, dollars]): CostSeries => ({ key: [[name, String(value)]], costs: toCosts(dollars) }))
  );
  return { total: { key: [], costs: toCosts(total) } satisfies CostSeries, groups: ofGroups };
}

/** How many anomalies are told of quiet organizations in so many days each, all groups together. */
function countTold(
  interval: AnomalyInterval,
  { days, organizations }: { days: number; organizations: number },
): number {
  let told = 0;
  for (let seed = 1; seed <= organizations; seed++) {
    const since = START + 200 * DAY_MS;
    const range = { since, until: since + days * DAY_MS };
    const plan = planAnomalies(range, { interval, tz: "UTC", now: range.until });
    const random = createUniform(seed);
    const { total, groups } = makeOrganization(random, { periods: plan.buckets.length, isHourly: interval === "hour" });
    const found: FoundAnomaly[] = [
      ...judgeCosts(total, { plan, flag_score: DEFAULT_FLAG_SCORE[interval], origin: 0 }).anomalies,
    ];
    for (const group of groups) {
      found.push(
        ...judgeCosts(group, { plan, flag_score: DEFAULT_FLAG_SCORE[interval] + Math.log10(groups.length), origin: 0 })
          .anomalies,
      );
    }
    told += selectAnomalies(found, { plan, min_impact: usdFromNanos(10n ** 9n), acknowledgements: [] }).length;
  }
  return told;
}

Deno.test("quiet weekly spend by day: at most one false alarm a month, all groups together", () => {
  const organizations = 12;
  const told = countTold("day", { days: 90, organizations });
  assert.ok(told <= organizations * 3, `${told} in ${organizations * 3} months`);
});

Deno.test("quiet weekly spend by hour: at most one false alarm a week, all groups together", () => {
  const organizations = 6;
  const told = countTold("hour", { days: 28, organizations });
  assert.ok(told <= organizations * 4, `${told} in ${organizations * 4} weeks`);
});
