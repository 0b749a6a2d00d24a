/**
 * Cursors: where a list goes on, opaque to the client and signed, so that it can only be handed back.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { CostopsError } from "../../core/error.ts";

/** Makes and reads cursors. */
export interface Cursors {
  /** Writes a position for a scope: the operation, the organization and what narrows the list. */
  write(scope: readonly unknown[], position: readonly (string | number)[]): string;
  /** Reads a position back. Fails with `invalid` on a cursor of another scope, or that is none. */
  read(scope: readonly unknown[], cursor: string): readonly (string | number)[];
}

const MAC_BYTES = 16;

/** Cursors that are signed with a key made of a secret: they hold as long as the secret does, on every replica. */
export function createCursors(secret: string): Cursors {
  const key = createHmac("sha256", secret).update("costops cursors 1").digest();
  const sign = (scope: readonly unknown[], body: Uint8Array) =>
    createHmac("sha256", key).update(JSON.stringify(scope)).update("\n").update(body).digest().subarray(0, MAC_BYTES);
  return {
    write(scope, position) {
      const body = Buffer.from(JSON.stringify(position));
      return Buffer.concat([sign(scope, body), body]).toString("base64url");
    },
    read(scope, cursor) {
      const bytes = Buffer.from(cursor, "base64url");
      const [mac, body] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES)];
      const isOurs = mac.length === MAC_BYTES && timingSafeEqual(mac, sign(scope, body));
      // Base64 has spellings that decode alike; a cursor has one.
      if (isOurs && bytes.toString("base64url") === cursor) return JSON.parse(body.toString());
      throw new CostopsError(
        "invalid",
        "Cannot read this cursor: take next_cursor of the page before, with the same filters",
        { issues: [{ pointer: "/query/cursor", detail: "is not a cursor of this list" }] },
      );
    },
  };
}
