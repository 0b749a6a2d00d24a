import assert from "node:assert/strict";
import { findReceiver, isPublic } from "../../../server/alerts/receiver_address.ts";

const PRIVATE = [
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "100.100.100.200",
  "127.0.0.1",
  "127.255.255.254",
  "168.63.129.16",
  "169.254.169.254",
  "172.16.0.1",
  "192.0.0.192",
  "192.0.2.1",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "::127.0.0.1",
  "::7f00:1",
  "4000::1",
  "64:ff9b::a00:1",
  "64:ff9b:1::1",
  "100::1",
  "2001:db8::1",
  "2002:a00:1::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "not an address",
];

Deno.test("isPublic() is what everybody on the internet may be at", () => {
  for (const address of PRIVATE) assert.equal(isPublic(address), false, address);
  for (const address of ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2001:4860:4860::8888"]) {
    assert.equal(isPublic(address), true, address);
  }
});

function find(url: string, found: readonly string[] = [], allows_loopback = false) {
  const addresses = found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }) as const);
  return findReceiver(new URL(url), { lookUp: () => Promise.resolve(addresses), allows_loopback });
}

Deno.test("findReceiver() gives a public address, of a name or as it is written", async () => {
  assert.deepEqual(await find("https://hooks.invalid/", ["8.8.8.8", "2001:4860:4860::8888"]), {
    address: "8.8.8.8",
    family: 4,
  });
  assert.deepEqual(await find("https://[2001:4860:4860::8888]/"), { address: "2001:4860:4860::8888", family: 6 });
});

Deno.test("findReceiver() refuses every address that is not public, however it is written, and tells none of them", async () => {
  for (const address of PRIVATE.slice(0, -1).filter((address) => !address.includes("%"))) {
    await assert.rejects(find("https://hooks.invalid/", [address]), {
      kind: "forbidden",
      message: "Cannot send alerts to hooks.invalid: its address is not public",
    }, address);
    await assert.rejects(find("https://hooks.invalid/", ["8.8.8.8", address]), { kind: "forbidden" }, address);
    const written = address.includes(":") ? `[${address}]` : address;
    await assert.rejects(find(`https://${written}/`), { kind: "forbidden" }, written);
  }
  for (const odd of ["0x7f000001", "2130706433", "017700000001", "127.1", "[::ffff:7f00:1]", "169.254.43518"]) {
    await assert.rejects(find(`https://${odd}/`), { kind: "forbidden" }, odd);
  }
});

Deno.test("findReceiver() takes this machine only where it may, and http only of it", async () => {
  await assert.rejects(find("http://127.0.0.1:9/"), { kind: "forbidden" });
  assert.equal((await find("http://127.0.0.1:9/", [], true)).address, "127.0.0.1");
  assert.equal((await find("http://[::1]:9/", [], true)).address, "::1");
  assert.equal((await find("http://localhost/", ["127.0.0.1"], true)).address, "127.0.0.1");
  await assert.rejects(find("http://hooks.invalid/", ["8.8.8.8"], true), { kind: "forbidden", message: /https/ });
  await assert.rejects(find("https://hooks.invalid/", ["10.0.0.1"], true), { kind: "forbidden" });
  await assert.rejects(find("http://0.0.0.0/", [], true), { kind: "forbidden" });
});

Deno.test("findReceiver() says that a name without an address may have one later", async () => {
  await assert.rejects(find("https://hooks.invalid/", []), { kind: "temporary" });
});
