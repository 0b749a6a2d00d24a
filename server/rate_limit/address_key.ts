/**
 * Whom an address stands for.
 */

import { ipVersion } from "../ip_address.ts";

/**
 * The key that an address is counted by: an IPv4 address itself, also where it is written as IPv6, and of an IPv6
 * address its /64, since that is what one customer is given. Anything else counts as it stands.
 */
export function addressKey(address: string): string {
  const bare = address.replace(/%.*$/, "");
  if (ipVersion(bare) !== 6) return bare;
  const groups = expand(new URL(`http://[${bare}]/`).hostname.slice(1, -1));
  const [high, low] = [groups[6]!, groups[7]!];
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  return `${groups.slice(0, 4).map((group) => group.toString(16)).join(":")}::/64`;
}

/** The eight groups of an address in the form that URL gives it: hexadecimal, its zeros cut at most once. */
function expand(address: string): number[] {
  const [before = "", after] = address.split("::");
  const read = (part: string) => part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [head, tail] = [read(before), read(after ?? "")];
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
