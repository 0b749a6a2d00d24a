/**
 * What a migration is: numbered SQL statements in words that each database spells its own way.
 */

/** The words that differ between databases, declared by each. */
export interface SchemaWords {
  /** A whole number of 64 bits. */
  readonly integer: string;
  /** Text that compares bytewise. */
  readonly text: string;
  /** Bytes as they are. */
  readonly bytes: string;
  /** JSON that `->>` reads. */
  readonly json: string;
  /** A key that the database counts up by itself when none is given. */
  readonly counted_key: string;
  /** Ends a table whose primary key is where its rows lie. */
  readonly clustered: string;
  /** Ends any other table. */
  readonly plain: string;
  /** Ends a clustered table whose rows are updated again and again. */
  readonly often_updated: string;
  /** Ends a table that is kept by calendar month of its `timestamp`, where the database can; clustered elsewhere. */
  readonly by_month: string;
  /** Ends a table that is spread evenly by its primary key, where the database can; clustered elsewhere. */
  readonly spread: string;
  /** Makes the parts of a table that ends in `spread`. */
  readonly spreadParts: (table: string) => readonly string[];
  /**
   * Refers to a row that is never taken away, where checking that costs little. Elsewhere nothing: it would be looked up
   * for every row, and lock its table whenever a month is made or dropped.
   */
  readonly references: (place: string) => string;
  /** Makes a table refuse changes and deletes. */
  readonly appendOnly: (table: string) => readonly string[];
}

/** One step of the schema; its statements never change once it is released. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: (words: SchemaWords) => readonly string[];
}
