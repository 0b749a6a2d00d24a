/**
 * What somebody called normal of what was found unusual. Anomalies themselves are in no table: they are found when asked for.
 */

import type { Migration } from "./migration.ts";

/** The filter is JSON: lists of values by dimension; the series is named as it is told. */
export const anomalyAcknowledgements: Migration = {
  number: 8,
  name: "anomaly_acknowledgements",
  statements: ({ integer, text, clustered }) => [
    `create table anomaly_acknowledgements (
      organization_id ${text} not null references organizations (id),
      id ${text} not null,
      interval_width ${text} not null check (interval_width in ('hour', 'day')),
      filter ${text} not null,
      series ${text} not null,
      direction ${integer} not null check (direction in (1, -1)),
      since ${integer} not null,
      until ${integer} not null check (since < until),
      level_nanos ${integer} not null,
      acknowledged_at ${integer} not null,
      primary key (organization_id, id)
    ) ${clustered}`,
  ],
};
