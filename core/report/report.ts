/**
 * A report: one value that every format is written from, in the shape of the wire contract.
 */

/** A value in a table; amounts are nano-dollars and counts are whole numbers, both as bigint. */
export type Cell = string | bigint | null;

/** One column: its name for scripts, its type, and the unit where the name does not say it. */
export interface ReportColumn {
  readonly name: string;
  /** `usd`: nano-dollars, written with nine decimals. `thousandths`: milli-units, written with up to three decimals. */
  readonly type: "text" | "time" | "integer" | "usd" | "thousandths";
}

/** How much of the usage has a price. `ratio` is priced records over all records, 1 when there are none. */
export interface Coverage {
  readonly priced_records: bigint;
  readonly unpriced_records: bigint;
  readonly unpriced_tokens: bigint;
  readonly ratio: number;
}

/** A report before it is written in a format. */
export interface Report {
  readonly report: {
    readonly type: "cost" | "usage" | "summary";
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
  };
  readonly columns: readonly ReportColumn[];
  /** One array of cells a row, in the order of `columns`; objects by column name on the wire. */
  readonly rows: readonly (readonly Cell[])[];
  /** One cell for each column that can be added up. */
  readonly totals: Readonly<Record<string, Cell>>;
  readonly coverage: Coverage;
}
