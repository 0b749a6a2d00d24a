/**
 * Alerts of anomalies: one for each, whoever finds it again.
 */

import { type Anomaly, nameSeries } from "../anomaly/anomaly.ts";
import { formatUsd, type Usd, usdFromNanos } from "../money.ts";
import { displayCell } from "../report/display.ts";
import type { Alert } from "./alert.ts";

/** Longer than anybody looks back. */
const KEPT_MS = 400 * 86_400_000;

/** The alert of an anomaly. */
export function toAnomalyAlert(anomaly: Anomaly): Alert {
  const { id, key, since, until, actual, expected_estimate, impact, severity, score, causes } = anomaly;
  const series = nameSeries(key);
  const period = since.label === until.label ? since.label : `${since.label} to ${until.label}`;
  const change = `${display(absolute(impact))} ${impact < 0n ? "less" : "more"}`;
  const [cause] = causes;
  const why = cause === undefined
    ? ""
    : `, mostly ${cause.name.replaceAll("_", " ")}${cause.model === null ? "" : ` ${cause.model}`}`;
  return {
    type: "anomaly.found",
    key: JSON.stringify(["anomaly", id]),
    text: `Unusual cost of ${series} in ${period}: ${display(actual)} where ` +
      `${display(expected_estimate)} were expected, ${change}${why}`,
    data: {
      anomaly_id: id,
      series,
      since: since.label,
      until: until.label,
      severity,
      score,
      currency: "USD",
      actual_usd: formatUsd(actual),
      expected_usd: formatUsd(expected_estimate),
      impact_usd: formatUsd(impact),
      causes: causes.map(({ name, model, amount }) => ({ name, model, amount_usd: formatUsd(amount) })),
    },
    keep_until: until.until + KEPT_MS,
  };
}

/** In few digits: what was expected is an estimate. */
function display(amount: Usd): string {
  return displayCell(amount, "usd");
}

function absolute(amount: Usd): Usd {
  return usdFromNanos(amount < 0n ? -amount : amount);
}
