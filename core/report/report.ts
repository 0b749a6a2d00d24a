/**
 * A report: one value that every format is written from, in the shape of the wire contract.
 */

/** A value in a table; amounts are nano-dollars and counts are whole numbers, both as bigint. */
export type Cell = string | bigint | null;

/** One column: its name for scripts, its type, and the unit where the name does not say it. */
export interface ReportColumn {
  readonly name: string;
  /**
   * `usd`: nano-dollars, written with nine decimals. `thousandths`: milli-units, written with up to three decimals.
   * `ratio`: a part of a whole in millionths, rounded half to even, written with up to six decimals: half is `0.5`.
   * `approximate_usd`: a statistic in millionths of a dollar and no amount, always written with six decimals; in JSON a
   * number, where an amount is a text.
   */
  readonly type: "text" | "time" | "integer" | "usd" | "thousandths" | "ratio" | "approximate_usd";
}

/** A figure about a whole report, which is in no row: an average, the busiest period. */
export interface Figure {
  readonly value: Cell;
  readonly type: ReportColumn["type"];
}

/** A small table beside a report's rows: what rose and fell most, the models used most. */
export interface SideTable {
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

/** How much of the usage has a price. `ratio` is priced records over all records, 1 when there are none. */
export interface Coverage {
  readonly priced_records: bigint;
  readonly unpriced_records: bigint;
  readonly unpriced_tokens: bigint;
  readonly ratio: number;
}

/** What a report is about. */
export type ReportSubject =
  | "cost"
  | "usage"
  | "summary"
  | "cost_series"
  | "usage_series"
  | "providers"
  | "models"
  | "trends"
  | "statistics"
  | "budget"
  | "cost_forecast"
  | "usage_forecast"
  | "anomaly";

/** A report before it is written in a format. */
export interface Report {
  readonly report: {
    readonly type: ReportSubject;
    readonly title: string;
    readonly organization_id: string;
    /** RFC 3339 with the zone's offset. */
    readonly since: string;
    readonly until: string;
    readonly tz: string;
    readonly group_by: readonly string[];
    readonly filter: Readonly<Record<string, readonly string[]>>;
    readonly currency: "USD";
    /** RFC 3339, UTC. */
    readonly generated_at: string;
    /** Version of the price catalogue, `genai-prices 0.1.8`. */
    readonly price_book: string;
    /**
     * RFC 3339: what only single records tell (latencies, statuses) is of the records from then on, since earlier ones
     * were dropped by retention. Absent when nothing of the period was dropped.
     */
    readonly records_since?: string;
    /** What a reader must know before trusting the figures, each a sentence without its end. */
    readonly warnings?: readonly string[];
    /** Figures about the whole, by name. */
    readonly summary?: Readonly<Record<string, Figure>>;
    /** Small tables by name; on the wire each is a field of its own, a list of objects by column name. */
    readonly tables?: Readonly<Record<string, SideTable>>;
    /** What was measured before what is forecast, a period a row: for charts, and for whoever draws their own. */
    readonly history?: SideTable;
  };
  readonly columns: readonly ReportColumn[];
  /** One array of cells a row, in the order of `columns`; objects by column name on the wire. */
  readonly rows: readonly (readonly Cell[])[];
  /** One cell for each column that has one for all rows together: a sum, or a ratio of the sums. */
  readonly totals: Readonly<Record<string, Cell>>;
  /** Null where rows are of records that overlap, so that no record would be counted once. */
  readonly coverage: Coverage | null;
}

/** Whether a report is a forecast. */
export function isForecast({ report }: Pick<Report, "report">): boolean {
  return report.type === "cost_forecast" || report.type === "usage_forecast";
}
