/**
 * What alerts are raised for: each source gives those that hold now, and those raised before are left out later.
 */

import type { Permission } from "../../core/access.ts";
import type { Alert } from "../../core/alert/alert.ts";
import { toAnomalyAlert } from "../../core/alert/anomaly_alerts.ts";
import { findBudgetAlert } from "../../core/alert/budget_alerts.ts";
import { isOfDay, toPriceAlert, type UnpricedDay } from "../../core/alert/price_alerts.ts";
import type { Budget } from "../../core/budget/budget.ts";
import { type CurrentPeriod, findPeriod } from "../../core/budget/period.ts";
import { LIMITS } from "../../core/limits.ts";
import { listRaisedKeys } from "../../db/alerts.ts";
import { listBudgets } from "../../db/budgets.ts";
import { listUnpriced } from "../../db/unpriced.ts";
import type { Environment } from "../environment.ts";
import { lookForAnomalies } from "../operations/anomalies.ts";
import { standingOf } from "../operations/budget_status.ts";

/** Told why something could not be looked at; the rest is. */
export type TellFailure = (error: unknown) => void;

/** Finds the alerts of an organization that hold now. */
export type AlertSource = (environment: Environment, organization_id: string, tell: TellFailure) => Promise<Alert[]>;

/** Every source by its name. */
export const ALERT_SOURCES: Readonly<Record<string, AlertSource>> = {
  budgets: findAlertsOfBudgets,
  prices: findMissingPrices,
  anomalies: findUnusualDays,
};

/** Sources that read years of days: a schedule looks at them more seldom, since days end seldom. */
export const COSTLY_SOURCES: readonly string[] = ["anomalies"];

const DAY_MS = 86_400_000;

/** A period that has ended is looked at for so long: cron may come once a day, and records come late. */
const LOOK_BACK_MS = 2 * DAY_MS;

async function findAlertsOfBudgets(
  environment: Environment,
  organization_id: string,
  tell: TellFailure,
): Promise<Alert[]> {
  const now = environment.now();
  const { database } = environment;
  const found: Alert[] = [];
  for (const budget of await listBudgets(database, organization_id)) {
    for (const period of findPeriods(budget, now)) {
      try {
        const query = { organization_id, type: "budget.threshold_reached", since: period.since } as const;
        const alert = findBudgetAlert(
          await standingOf(environment, { budget, period }),
          await listRaisedKeys(database, query),
        );
        if (alert !== undefined) found.push(alert);
      } catch (error) {
        // One that needs records that retention has dropped is no reason to keep quiet about the others.
        tell(error);
      }
    }
  }
  return found;
}

/** The period that runs, and the one before while it is still looked at. */
function findPeriods(budget: Budget, now: number): CurrentPeriod[] {
  const current = findPeriod(budget, now);
  const before = budget.period.name === "custom" ? undefined : findPeriod(budget, current.since - 1);
  // What was over before somebody set the budget is no news.
  const isLate = before !== undefined && now - before.until < LOOK_BACK_MS && budget.updated_at < before.until;
  return (isLate ? [before, current] : [current])
    .filter((period) => period.state !== "upcoming" && now - period.until < LOOK_BACK_MS);
}

/** Days that are looked at: yesterday, and those whose usage came late. */
const UNUSUAL_SINCE = "4d";

async function findUnusualDays(environment: Environment, organization_id: string): Promise<Alert[]> {
  const permissions = new Set<Permission>(["forecast:read"]);
  const principal = { actor: "alerts", organization_id, is_super_admin: false, permissions };
  const { anomalies } = await lookForAnomalies(environment, principal, { since: UNUSUAL_SINCE });
  return anomalies.map(toAnomalyAlert);
}

/** Usage without a price, of today and of yesterday, by day of UTC. */
async function findMissingPrices({ database, now }: Environment, organization_id: string): Promise<Alert[]> {
  const today = Math.floor(now() / DAY_MS) * DAY_MS;
  const raised = await listRaisedKeys(database, { organization_id, type: "price.missing", since: today - DAY_MS });
  const found: Alert[] = [];
  for (const since of [today - DAY_MS, today]) {
    const range = { since, until: since + DAY_MS };
    const day = new Date(since).toISOString().slice(0, "2026-01-31".length);
    const models = new Map<string, UnpricedDay>();
    for (
      const { provider, model, records, tokens, reason } of await listUnpriced(database, { organization_id, range })
    ) {
      const key = JSON.stringify([provider, model]);
      const before = models.get(key) ?? { provider, model, day, records: 0n, tokens: 0n, reasons: [] };
      const reasons = [...new Set([...before.reasons, reason])].sort();
      models.set(key, { ...before, records: before.records + records, tokens: before.tokens + tokens, reasons });
    }
    const alerts = [...models.values()].map(toPriceAlert).filter(({ key }) => !raised.has(key));
    const told = [...raised].filter((key) => isOfDay(key, day)).length;
    found.push(...alerts.slice(0, Math.max(0, LIMITS.price_alerts_of_day - told)));
  }
  return found;
}
