import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { ipVersion } from "../../server/ip_address.ts";

Deno.test("ipVersion() tells addresses of both versions from what is none", () => {
  const cases: readonly (readonly [string, 0 | 4 | 6])[] = [
    ["127.0.0.1", 4],
    ["255.255.255.255", 4],
    ["256.0.0.1", 0],
    ["1.2.3", 0],
    ["1.2.3.4.", 0],
    ["01.2.3.4", 0],
    ["::", 6],
    ["2001:DB8::1", 6],
    ["::ffff:192.0.2.1", 6],
    ["1:2:3:4:5:6:7", 0],
    ["1::2::3", 0],
    ["[::1]", 0],
    ["::1%eth0", 0],
    ["localhost", 0],
    ["", 0],
  ];
  for (const [text, version] of cases) assert.equal(ipVersion(text), version, text);
});

Deno.test("ipVersion() agrees with node:net on random addresses and on what looks like them", () => {
  const looksLike = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), looksLike), (text) => {
    assert.equal(ipVersion(text), isIP(text));
  }));
});
