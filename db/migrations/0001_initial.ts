/**
 * The first schema: usage, identities, roll-ups, prices, organizations, audit log.
 */

import type { Migration, SchemaWords } from "./migration.ts";

/** Keys lead with the organization, so that tables can be partitioned and distributed by it. */
export const initial: Migration = {
  number: 1,
  name: "initial",
  statements: (words) => [
    ...organizations(words),
    ...identities(words),
    ...usage(words),
    ...rollups(words),
    ...prices(words),
    ...audit(words),
  ],
};

function organizations({ integer, text, clustered }: SchemaWords): string[] {
  return [
    `create table organizations (
      id ${text} not null primary key check (length(id) between 1 and 128),
      name ${text} not null,
      created_at ${integer} not null
    ) ${clustered}`,
    "insert into organizations (id, name, created_at) values ('default', 'default', 0)",
    `create table prune_marks (
      organization_id ${text} not null primary key references organizations (id),
      before ${integer} not null
    ) ${clustered}`,
    `create table import_positions (
      organization_id ${text} not null references organizations (id),
      path ${text} not null,
      settings ${text} not null,
      stamp ${text},
      bytes ${integer} not null check (bytes >= 0),
      lines ${integer} not null check (lines >= 0),
      digest ${text} not null,
      is_resumable ${integer} not null check (is_resumable in (0, 1)),
      primary key (organization_id, path)
    ) ${clustered}`,
  ];
}

function identities({ integer, text, bytes, spread, spreadParts }: SchemaWords): string[] {
  return [
    `create table usage_identity (
      organization_id ${text} not null,
      id ${text} not null check (length(id) between 1 and 128),
      content_hash ${bytes} not null,
      timestamp ${integer} not null,
      deleted_at ${integer},
      primary key (organization_id, id)
    ) ${spread}`,
    ...spreadParts("usage_identity"),
  ];
}

function usage({ integer, text, json, plain, by_month, references }: SchemaWords): string[] {
  return [
    `create table applied_prices (
      id ${integer} not null primary key,
      body ${text} not null
    ) ${plain}`,
    `create table usage (
      organization_id ${text} not null,
      timestamp ${integer} not null,
      id ${text} not null,
      ingested_at ${integer} not null,
      provider ${text} not null check (provider <> ''),
      model ${text} not null check (model <> ''),
      service_tier ${text} not null check (service_tier <> ''),
      region ${text} not null,
      operation ${text} not null,
      project ${text} not null,
      user_id ${text} not null,
      environment ${text} not null,
      session ${text} not null,
      api_key ${text} not null,
      tags ${json},
      status ${text},
      latency_ms ${integer} check (latency_ms >= 0),
      time_to_first_token_ms ${integer} check (time_to_first_token_ms >= 0),
      source ${text} not null,
      format ${text} not null,
      input_tokens ${integer} not null check (input_tokens >= 0),
      cache_read_tokens ${integer} not null check (cache_read_tokens >= 0),
      cache_write_5m_tokens ${integer} not null check (cache_write_5m_tokens >= 0),
      cache_write_1h_tokens ${integer} not null check (cache_write_1h_tokens >= 0),
      output_tokens ${integer} not null check (output_tokens >= 0),
      reasoning_tokens ${integer} not null check (reasoning_tokens between 0 and output_tokens),
      units ${json},
      modal_input_tokens ${integer} not null check (modal_input_tokens >= 0),
      modal_cache_read_tokens ${integer} not null check (modal_cache_read_tokens >= 0),
      modal_cache_write_tokens ${integer} not null check (modal_cache_write_tokens >= 0),
      modal_output_tokens ${integer} not null check (modal_output_tokens >= 0),
      cost_nanos ${integer} check (cost_nanos >= 0),
      unpriced_reason ${text},
      applied_price_id ${integer} ${references("applied_prices (id)")},
      reported_cost ${text},
      reported_cost_nanos ${integer} check (reported_cost_nanos >= 0),
      extra ${json},
      quality ${text} not null,
      primary key (organization_id, timestamp, id),
      check ((cost_nanos is null) = (unpriced_reason is not null)),
      check ((cost_nanos is null) = (applied_price_id is null)),
      check ((reported_cost is null) = (reported_cost_nanos is null))
    ) ${by_month}`,
  ];
}

function rollups(words: SchemaWords): string[] {
  return [
    rollup("usage_by_quarter_hour", words, { width_ms: 900_000, extra: [] }),
    rollup("usage_by_day", words, { width_ms: 86_400_000, extra: [] }),
    rollup("usage_by_day_and_user", words, { width_ms: 86_400_000, extra: ["user_id"] }),
  ];
}

function rollup(
  name: string,
  { integer, text, often_updated }: SchemaWords,
  { width_ms, extra }: { width_ms: number; extra: readonly string[] },
): string {
  const dimensions = ["provider", "model", "project", "environment", "service_tier", ...extra];
  return `create table ${name} (
      organization_id ${text} not null,
      start ${integer} not null check (start % ${width_ms} = 0),
      ${dimensions.map((dimension) => `${dimension} ${text} not null`).join(",\n      ")},
      requests ${integer} not null check (requests >= 0),
      records ${integer} not null check (records >= 0),
      input_tokens ${integer} not null check (input_tokens >= 0),
      cache_read_tokens ${integer} not null check (cache_read_tokens >= 0),
      cache_write_tokens ${integer} not null check (cache_write_tokens >= 0),
      output_tokens ${integer} not null check (output_tokens >= 0),
      cost_nanos ${integer} not null check (cost_nanos >= 0),
      unpriced_records ${integer} not null check (unpriced_records between 0 and records),
      unpriced_tokens ${integer} not null check (unpriced_tokens >= 0),
      primary key (organization_id, start, ${dimensions.join(", ")})
    ) ${often_updated}`;
}

function prices({ integer, text, json, counted_key, plain, clustered }: SchemaWords): string[] {
  return [
    `create table prices (
      id ${text} not null primary key,
      organization_id ${text} not null,
      provider ${text} not null,
      model ${text} not null,
      effective_from ${integer} not null,
      effective_to ${integer} check (effective_to >= effective_from),
      rates ${json} not null,
      hours ${text},
      modifiers ${json} not null,
      source ${text},
      note ${text},
      created_at ${integer} not null
    ) ${clustered}`,
    "create index prices_by_scope on prices (organization_id, provider, model, effective_from)",
    `create table catalogues (
      number ${counted_key},
      version ${text} not null,
      body ${text} not null,
      sha256 ${text} not null,
      installed_at ${integer} not null
    ) ${plain}`,
  ];
}

function audit({ integer, text, json, clustered, plain, appendOnly }: SchemaWords): string[] {
  return [
    `create table installation (key ${text} not null primary key, value ${text} not null) ${clustered}`,
    `create table audit_log (
      number ${integer} not null primary key,
      organization_id ${text} not null,
      at ${integer} not null,
      actor ${text} not null,
      action ${text} not null,
      detail ${json} not null,
      mac ${text} not null
    ) ${plain}`,
    ...appendOnly("audit_log"),
  ];
}
