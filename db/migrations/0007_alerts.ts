/**
 * Alerts: where they are sent, which were raised, and what became of each on its way.
 */

import type { Migration } from "./migration.ts";

/** A key is raised once; a message is kept until its receiver has taken it or nobody tries any more. */
export const alerts: Migration = {
  number: 7,
  name: "alerts",
  statements: ({ integer, text, clustered, often_updated }) => [
    `create table alert_channels (
      organization_id ${text} not null references organizations (id),
      id ${text} not null,
      name ${text} not null check (name <> ''),
      kind ${text} not null check (kind in ('webhook', 'slack')),
      url ${text} not null,
      secret ${text},
      created_at ${integer} not null,
      primary key (organization_id, id),
      check (kind = 'webhook' and secret is not null or kind <> 'webhook' and secret is null)
    ) ${clustered}`,
    "create unique index alert_channels_by_name on alert_channels (organization_id, name)",
    `create table alerts (
      organization_id ${text} not null references organizations (id),
      id ${text} not null,
      alert_key ${text} not null,
      type ${text} not null,
      message ${text} not null,
      data ${text} not null,
      raised_at ${integer} not null,
      keep_until ${integer} not null,
      primary key (organization_id, id)
    ) ${clustered}`,
    "create unique index alerts_by_key on alerts (organization_id, alert_key)",
    "create index alerts_by_end on alerts (keep_until)",
    `create table alert_deliveries (
      organization_id ${text} not null,
      alert_id ${text} not null,
      channel_id ${text} not null,
      state ${text} not null check (state in ('pending', 'delivered', 'failed')),
      tries ${integer} not null check (tries >= 0),
      next_at ${integer} not null,
      outcome ${text},
      ended_at ${integer},
      primary key (organization_id, alert_id, channel_id),
      foreign key (organization_id, alert_id) references alerts (organization_id, id) on delete cascade,
      foreign key (organization_id, channel_id) references alert_channels (organization_id, id) on delete cascade
    ) ${often_updated}`,
    "create index alert_deliveries_by_next on alert_deliveries (state, next_at)",
    "create index alert_deliveries_by_channel on alert_deliveries (organization_id, channel_id)",
  ],
};
