/**
 * What moved the cost: the groups that rose and fell most against the period before, and the rest.
 */

import type { Cell, ReportColumn, SideTable } from "../report/report.ts";
import { CHANGE_COLUMNS, changeCells, costOrZero, type Pair, sumPairs } from "./compare_periods.ts";
import { compareDimensions } from "./fold.ts";
import type { Dimension } from "./query.ts";

/** How movers are chosen. */
export interface MoversOptions {
  readonly dimension: Dimension;
  /** At most this many that rose, and as many that fell. */
  readonly limit: number;
}

/**
 * Lists what rose most, then what fell most, the largest change first, then the rest as one row, so that the rows add up
 * to the whole cost, the whole cost before and their difference, to the last digit. A group whose cost is unknown in
 * one of the periods has no change of its own and is in the rest, whose change is the difference of what is known.
 */
export function findMovers(pairs: readonly Pair[], { dimension, limit }: MoversOptions): SideTable {
  const changed = pairs.map((pair) => ({ pair, change: changeCells(pair)[1] ?? 0n }))
    .sort((a, b) => compareSize(a.change, b.change) || compareDimensions(a.pair.current, b.pair.current));
  const rose = changed.filter(({ change }) => change > 0n).slice(0, limit);
  const fell = changed.filter(({ change }) => change < 0n).slice(0, limit);
  const listed = new Set([...rose, ...fell].map(({ pair }) => pair));
  const rest = pairs.filter((pair) => !listed.has(pair));
  return {
    columns: moverColumns(dimension),
    rows: [
      ...rose.map(({ pair }) => writeMover("rose", pair)),
      ...fell.map(({ pair }) => writeMover("fell", pair)),
      ...(rest.length === 0 ? [] : [writeRest(rest)]),
    ],
  };
}

/** The columns of the table of movers. */
export function moverColumns(dimension: Dimension): ReportColumn[] {
  return [
    { name: "direction", type: "text" },
    { name: dimension, type: "text" },
    { name: "groups", type: "integer" },
    { name: "cost_usd", type: "usd" },
    ...CHANGE_COLUMNS,
  ];
}

function writeMover(direction: "rose" | "fell", pair: Pair): Cell[] {
  const name = pair.current.dimensions[0] ?? null;
  return [direction, name, 1n, costOrZero(pair.current.measures), ...changeCells(pair)];
}

function writeRest(pairs: readonly Pair[]): Cell[] {
  const rest = sumPairs(pairs);
  const [previous, , percent] = changeCells(rest);
  const change = rest.current.measures.cost - rest.previous.measures.cost;
  return ["rest", null, BigInt(pairs.length), costOrZero(rest.current.measures), previous!, change, percent!];
}

function compareSize(a: bigint, b: bigint): number {
  const one = a < 0n ? -a : a;
  const other = b < 0n ? -b : b;
  return one > other ? -1 : one < other ? 1 : 0;
}
