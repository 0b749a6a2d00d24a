import assert from "node:assert/strict";
import { findAddress } from "../../../server/http/address.ts";

/** The address of a request that came over a socket from `remote`. */
function find(remote: string, forwarded: string, trusted_proxies: readonly string[]): string | undefined {
  const headers = new Headers(forwarded === "" ? {} : { "X-Forwarded-For": forwarded });
  return findAddress(headers, { connection: { remoteAddr: { hostname: remote } }, trusted_proxies });
}

Deno.test("findAddress() believes nobody's forwarded address but a trusted proxy's", () => {
  assert.equal(find("203.0.113.7", "198.51.100.1", []), "203.0.113.7");
  assert.equal(find("203.0.113.7", "198.51.100.1", ["10.0.0.1"]), "203.0.113.7");
  assert.equal(find("10.0.0.1", "198.51.100.1", ["10.0.0.1"]), "198.51.100.1");
  assert.equal(find("10.0.0.1", "", ["10.0.0.1"]), "10.0.0.1");
});

Deno.test("findAddress() takes ranges, and the last address that is no proxy's", () => {
  const trusted = ["10.0.0.0/8", "fd00::/8"];
  assert.equal(find("10.20.30.40", "192.0.2.66, 198.51.100.1, 10.9.9.9", trusted), "198.51.100.1");
  assert.equal(find("11.0.0.1", "198.51.100.1", trusted), "11.0.0.1");
  assert.equal(find("fd12::1", "2001:db8::5", trusted), "2001:db8::5");
  assert.equal(find("::ffff:10.0.0.1", "198.51.100.1", trusted), "198.51.100.1");
  assert.equal(find("10.0.0.1", "not an address", trusted), "not an address");
});

Deno.test("findAddress() knows no address of a client that has gone, as Deno.serve tells it", () => {
  const gone = {
    get remoteAddr(): never {
      throw new TypeError("Request closed");
    },
  };
  assert.equal(findAddress(new Headers(), { connection: gone, trusted_proxies: ["10.0.0.1"] }), undefined);
});
