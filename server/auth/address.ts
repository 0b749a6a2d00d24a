/**
 * What a client's address says of the client.
 */

import { ipVersion } from "../ip_address.ts";

/** Whoever has one IPv6 address has the other 2^64 of its network too; IPv4 addresses are taken as they are. */
export function clientOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.replace(/%.*$/, "").toLowerCase();
  if (ipVersion(plain) !== 6) return address;
  const [head = "", tail] = plain.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - behind.length);
  const all = [...groups, ...Array<string>(missing).fill("0"), ...behind];
  return `${all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}

/** Whether an address is of this very machine. */
export function isLoopback(address: string): boolean {
  const client = clientOf(address);
  if (ipVersion(client) === 4) return client.startsWith("127.");
  return ipVersion(address) === 6 && new URL(`http://[${address}]`).hostname === "[::1]";
}
