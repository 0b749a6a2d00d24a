/**
 * Costs as a FOCUS 1.2 dataset: rows are written as the records of a period are over, in constant memory.
 */

import type { Principal } from "../../core/access.ts";
import { type CostQueryTexts, parseCostQuery } from "../../core/analytics/parse_query.ts";
import type { CostQuery, Dimension } from "../../core/analytics/query.ts";
import { CostopsError } from "../../core/error.ts";
import { type ChargedRecord, ChargeFold } from "../../core/report/focus/charge_fold.ts";
import { type FocusContext, writeFocusHeader, writeFocusLine } from "../../core/report/focus/write_focus.ts";
import { findOrganization } from "../../db/organizations.ts";
import { type PricedRow, walkPricedUsage } from "../../db/priced_usage.ts";
import { toStoredUsage, type UsageRow } from "../../db/usage.ts";
import type { Environment } from "../environment.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** A query as written, and where its file goes. */
export interface FocusInput extends Omit<CostQueryTexts, "organization_id" | "columns"> {
  readonly organization_id?: string;
  readonly write: (text: string) => void | Promise<void>;
}

/** What a file holds, and what it leaves out. */
export interface FocusSummary {
  readonly rows: number;
  /** Nano-dollars of all rows together. */
  readonly cost_nanos: bigint;
  readonly priced_records: bigint;
  /** Records without a cost have no row: FOCUS takes no null for a cost, and 0 would be wrong. */
  readonly unpriced_records: bigint;
}

/**
 * Writes a row for each period, provider, model, meter and price, with what else is grouped by in `Tags`; the period is a
 * day unless the grouping names an hour or a month. Their costs add up to what a query over the same records answers.
 * Fails with `invalid` on a query that cannot be read or that groups by week, since a charge lies in one month.
 */
export const exportFocus: Operation<FocusInput, FocusSummary> = {
  name: "exportFocus",
  permission: "cost:read",
  handle: (environment, principal, { write, ...input }) =>
    writeFocus(environment, parseFocusQuery(principal, input, environment.now()), write),
};

/** Writes a file of FOCUS for a query of {@link parseFocusQuery}. */
export async function writeFocus(
  environment: Environment,
  query: CostQuery,
  write: FocusInput["write"],
): Promise<FocusSummary> {
  const context = await readContext(environment, query);
  const fold = new ChargeFold(query.buckets);
  const summary = { rows: 0, cost_nanos: 0n, priced_records: 0n, unpriced_records: 0n };
  const writeCharges = async (charges: ReturnType<ChargeFold["finish"]>) => {
    for (const charge of charges) {
      summary.rows += 1;
      summary.cost_nanos += charge.nanos;
      await write(writeFocusLine(charge, context));
    }
  };
  await write(writeFocusHeader());
  await walkPricedUsage(environment.database, query, async (rows) => {
    for (const row of rows) {
      const record = toCharged(row, context.tags);
      if (record === null) summary.unpriced_records += 1n;
      else {
        summary.priced_records += 1n;
        const charges = fold.add(record);
        if (charges.length > 0) await writeCharges(charges);
      }
    }
  });
  await writeCharges(fold.finish());
  return summary;
}

/** Reads the query of a file: by day unless it says by hour or month. Fails with `invalid`. */
export function parseFocusQuery(principal: Principal, input: Omit<FocusInput, "write">, now: number): CostQuery {
  const texts = { ...input, organization_id: chooseOrganization(principal, input) };
  const query = parseCostQuery(texts, now);
  if (query.interval === "week") {
    throw new CostopsError(
      "invalid",
      "Cannot write focus by week: a charge lies in one month; group by hour, day or month",
    );
  }
  if (query.interval !== null) return query;
  return parseCostQuery({ ...texts, group_by: [...(input.group_by ?? []), "day"] }, now);
}

async function readContext({ database, catalogue }: Environment, query: CostQuery): Promise<FocusContext> {
  const id = query.organization_id;
  const [organization, { findProvider }] = await Promise.all([findOrganization(database, id), catalogue()]);
  if (organization === undefined) {
    throw new CostopsError("not_found", `Cannot find the organization ${JSON.stringify(id)}`);
  }
  return {
    organization: { id, name: organization.name },
    tz: query.tz,
    tags: query.group_by.filter((dimension) => dimension !== "provider" && dimension !== "model"),
    nameProvider: (provider) => findProvider(provider)?.name ?? provider,
  };
}

function toCharged({ row, step }: PricedRow, tags: readonly Dimension[]): ChargedRecord | null {
  if (row.cost_nanos === null) return null;
  if (step === null) {
    throw new CostopsError(
      "storage_failure",
      `Cannot export the record ${JSON.stringify(row.id)}: a cost without a price`,
    );
  }
  const counts = toStoredUsage(row);
  return {
    id: row.id,
    timestamp: counts.timestamp,
    provider: row.provider,
    model: row.model,
    tags: tags.map((dimension) => readDimension(dimension, row, counts.tags) || null),
    counts,
    cost: row.cost_nanos,
    step,
  };
}

function readDimension(
  dimension: Dimension,
  row: UsageRow,
  tags: Readonly<Record<string, string>> | null,
): string | undefined {
  if (dimension.startsWith("tag:")) return tags?.[dimension.slice("tag:".length)];
  return row[dimension === "user" ? "user_id" : dimension as Exclude<Dimension, "user" | `tag:${string}`>];
}
