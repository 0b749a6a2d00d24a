/**
 * Rows of one long query, fetched as they are taken: the server keeps the rest.
 */

import type { PostgresCursorConstructor } from "kysely";
// @ts-types="@types/pg-cursor"
import Cursor from "pg-cursor";
import type { types } from "pg";

/** Cursors whose values are read as those of other queries. */
export function cursorsWith(getTypeParser: typeof types.getTypeParser): PostgresCursorConstructor {
  return class TypedCursor extends Cursor {
    constructor(sql: string, parameters: unknown[]) {
      super(sql, parameters, { types: { getTypeParser } });
    }
  };
}
