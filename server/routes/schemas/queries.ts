/**
 * Queries on the wire: a range, filters, grouping and pages, as the CLI's flags name them.
 */

import { z } from "@hono/zod-openapi";
import { DIMENSIONS, INTERVALS } from "../../../core/analytics/query.ts";
import { CostopsError } from "../../../core/error.ts";
import { LIMITS } from "../../../core/limits.ts";
import { RECORD_SORTS } from "../../../core/usage/record_sort.ts";
import { OrganizationId } from "./values.ts";

const Text = z.string().min(1).max(LIMITS.text_characters);
const Texts = z.array(z.string().max(LIMITS.text_characters)).max(LIMITS.filter_values);

/** A range of time, as people write it. */
export const RANGE_FIELDS = {
  organization_id: OrganizationId.optional(),
  since: Text.optional().describe(
    "From when: 2026-01-31, RFC 3339, 7d, 24h, today, this-month, last-month. This month when no range is given.",
  ),
  until: Text.optional().describe("Until when; a day is included."),
  start_date: Text.optional().describe("Another name of since."),
  end_date: Text.optional().describe("Another name of until."),
  tz: Text.optional().describe("The IANA time zone that days are counted in; UTC when it is not given."),
};

/** Which records: by any dimension, each a list by commas or repeated. */
export const FILTER_FIELDS = {
  filter: Texts.optional().describe("`key=value`, several values by comma: `tag:team=search`, `model=gpt-4o,gpt-4`."),
  provider: Texts.optional(),
  model: Texts.optional(),
  project: Texts.optional(),
  user: Texts.optional(),
  environment: Texts.optional(),
  service_tier: Texts.optional(),
  operation: Texts.optional(),
  session: Texts.optional(),
} satisfies Record<(typeof DIMENSIONS)[number] | "filter", z.ZodType>;

/** How rows are grouped. */
export const GROUP_FIELDS = {
  group_by: Texts.optional().describe(
    `Up to ${LIMITS.group_by} of ${DIMENSIONS.join(", ")}, tag:KEY, and at most one of ${INTERVALS.join(", ")}.`,
  ),
  columns: Texts.optional().describe("Units wanted as columns beside the ones that are always there: web_searches."),
};

/** Pages by cursor, the default, or by number. */
export const PAGE_FIELDS = {
  limit: z.int().min(1).max(LIMITS.page).optional().describe(`At most this many; ${LIMITS.page_default} by default.`),
  cursor: Text.optional().describe("next_cursor of the page before, with the same filters."),
  page: z.int().min(1).max(10_000).optional().describe("The number of a page, in the place of a cursor."),
  page_size: z.int().min(1).max(LIMITS.page).optional().describe("Of numbered pages, in the place of limit."),
};

/** A range and filters, in an order. */
export const RecordsQuery = z.strictObject({
  ...RANGE_FIELDS,
  ...FILTER_FIELDS,
  sort: z.enum(RECORD_SORTS).optional().describe(
    "In which order; a minus turns it round. `-timestamp`, the newest first, when it is not given; `-cost_usd` is the " +
      "dearest first. What has no cost comes last, equal costs newest first.",
  ),
  ...PAGE_FIELDS,
});

/** A range, filters and grouping. */
export const GroupedQuery = z.strictObject({ ...RANGE_FIELDS, ...FILTER_FIELDS, ...GROUP_FIELDS });

type FilterTexts = { readonly [Name in keyof typeof FILTER_FIELDS]?: readonly string[] };

/** Filters as the query of an operation takes them: `key=value`. */
export function readFilters(query: FilterTexts): readonly string[] | undefined {
  const own = DIMENSIONS.flatMap((name) => {
    const values = query[name];
    return values === undefined ? [] : [`${name}=${values.join(",")}`];
  });
  return query.filter === undefined && own.length === 0 ? undefined : [...query.filter ?? [], ...own];
}

/** The texts of a query as an operation takes them. */
export function readQueryTexts<Query extends FilterTexts & { readonly [Name in keyof typeof RANGE_FIELDS]?: string }>(
  query: Query,
) {
  const { organization_id, since, until, start_date, end_date, tz } = query;
  return { organization_id, since, until, start_date, end_date, tz, filter: readFilters(query) };
}

/** Which kind of page a query asks for. Fails with `invalid` when it asks for both. */
export function readPageKind(query: { readonly [Name in keyof typeof PAGE_FIELDS]?: unknown }): "cursor" | "number" {
  const isNumbered = query.page !== undefined || query.page_size !== undefined;
  if (isNumbered && (query.cursor !== undefined || query.limit !== undefined)) {
    const detail = "is for numbered pages: give page and page_size, or limit and cursor";
    throw new CostopsError("invalid", `Cannot take this request: /query/page: ${detail}`, {
      issues: [{ pointer: "/query/page", detail }],
    });
  }
  return isNumbered ? "number" : "cursor";
}
