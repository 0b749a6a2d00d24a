/**
 * Compares a roll-up with the rows it sums, line by line, in one statement.
 */

import { type RawBuilder, sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import { RECORD_MEASURES } from "./costs.ts";
import type { Queries } from "./database.ts";
import { keysOf, type Rollup, ROLLUP_MEASURES } from "./rollups.ts";

/**
 * The lines of a roll-up that differ from the sums of their rows, in words; at most one more than `LIMITS.issues`.
 * Lines that begin below an organization's prune mark lack rows, and are left out.
 */
export async function compareRollup(reader: Queries, rollup: Rollup): Promise<string[]> {
  const keys = keysOf(rollup);
  const names = sql.join(keys.map((key) => sql.ref(key)));
  const width = sql.lit(rollup.width_ms);
  const list = (write: (name: (typeof ROLLUP_MEASURES)[number]) => RawBuilder<unknown>) =>
    sql.join(ROLLUP_MEASURES.map((name) => sql`${write(name)} as ${sql.ref(name)}`));
  // A line that sums nothing is told by being alone. The rows' sums and the roll-up's, the latter negated, add up to nothing exactly where both agree.
  const { rows } = await sql<Record<string, unknown>>`
    with both_sides as (
      select ${
    sql.join(keys.map((key) =>
      key === "start" ? sql`t.timestamp - t.timestamp % ${width} as start` : sql`t.${sql.ref(key)}`
    ))
  },
        ${list((name) => RECORD_MEASURES[name])}, 0 as lines
      from usage as t
      left join prune_marks as m on m.organization_id = t.organization_id
      where t.timestamp - t.timestamp % ${width} >= coalesce(m.before, 0)
      union all
      select ${sql.join(keys.map((key) => sql`t.${sql.ref(key)}`))}, ${
    list((name) => sql`-t.${sql.ref(name)}`)
  }, 1 as lines
      from ${sql.table(rollup.table)} as t
      left join prune_marks as m on m.organization_id = t.organization_id
      where t.start >= coalesce(m.before, 0)
    )
    select ${names}, ${list((name) => sql`cast(sum(${sql.ref(name)}) as bigint)`)}
    from both_sides
    group by ${names}
    having ${
    sql.join(ROLLUP_MEASURES.map((name) => sql`sum(${sql.ref(name)}) <> 0`), sql` or `)
  } or count(*) = sum(lines)
    order by ${names}
    limit ${LIMITS.issues + 1}`.execute(reader);
  return rows.map((row) => describe(row, keys));
}

function describe(row: Record<string, unknown>, keys: readonly string[]): string {
  const place = keys.map((key) => key === "start" ? new Date(Number(row.start)).toISOString() : `${row[key]}` || "-");
  const differences = ROLLUP_MEASURES.filter((name) => row[name] !== 0n).map((name) => `${name} by ${row[name]}`);
  const what = differences.length === 0
    ? "it has a line and no rows"
    : `the rows exceed it in ${differences.join(", ")}`;
  return `${place.join(" ")}: ${what}`;
}
