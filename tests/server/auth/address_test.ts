import assert from "node:assert/strict";
import { clientOf, isLoopback } from "../../../server/auth/address.ts";

Deno.test("clientOf() takes an IPv4 address as it is, and an IPv6 address as its network, however it is written", () => {
  assert.equal(clientOf("192.0.2.7"), "192.0.2.7");
  assert.equal(clientOf("::ffff:192.0.2.7"), "192.0.2.7");
  assert.equal(clientOf("2001:DB8:0:1:ffff:ffff:ffff:ffff"), "2001:db8:0:1::/64");
  assert.equal(clientOf("2001:0db8::1:0:0:0:1"), "2001:db8:0:1::/64");
  assert.equal(clientOf("2001:db8::1"), "2001:db8:0:0::/64");
  assert.equal(clientOf("::1"), "0:0:0:0::/64");
  assert.equal(clientOf("fe80::1%eth0"), "fe80:0:0:0::/64");
  assert.equal(clientOf("not an address"), "not an address");
});

Deno.test("isLoopback() is true of this machine's addresses alone, however they are written", () => {
  const own = ["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"];
  assert.deepEqual(own.filter((address) => !isLoopback(address)), []);
  const others = [
    "128.0.0.1",
    "10.127.0.1",
    "::",
    "::2",
    "2001:db8::1",
    "127.example",
    "127.0.0.1.example.com",
    "localhost",
    "",
  ];
  assert.deepEqual(others.filter(isLoopback), []);
});
