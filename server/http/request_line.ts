/**
 * What is checked of every request before anything else: its method, its address and its host.
 */

import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { checkEncoding } from "./read_query.ts";

const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/;

/** Fails with `unreadable` on an address or a host that is none, and with `address_too_long`. */
export function checkRequest({ url, headers }: Request): void {
  if (url.length > LIMITS.url_characters) {
    throw new CostopsError(
      "address_too_long",
      `Cannot read an address of more than ${LIMITS.url_characters} characters`,
    );
  }
  const host = headers.get("host");
  if (host !== null && !HOST.test(host)) throw new CostopsError("unreadable", "Cannot read the Host of this request");
  if (!URL.canParse(url)) throw new CostopsError("unreadable", "Cannot read the address of this request");
  // Postgres keeps no text with NUL and SQLite would cut it there: no name of anything has one.
  if (url.includes("%00")) throw new CostopsError("unreadable", "Cannot read this address: it has the character NUL");
  const query = url.indexOf("?");
  checkEncoding(query === -1 ? url : url.slice(0, query));
}

/** The methods of a path as `Allow` lists them; who may GET may HEAD. */
export function listMethods(methods: Iterable<string>): string {
  const names = [...methods].map((method) => method.toUpperCase());
  return (names.includes("GET") ? [...names, "HEAD"] : names).sort().join(", ");
}
