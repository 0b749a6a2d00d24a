/**
 * Which addresses messages may be sent to: public ones, whatever a name says. A receiver is named by an organization's
 * own people; it must not be a door to what only this machine, its network or its cloud can reach.
 */

import ipaddr from "ipaddr.js";
import { CostopsError } from "../../core/error.ts";
import type { HostPlace } from "../../core/alert/channel.ts";
import { isLoopback } from "../auth/address.ts";

/** A numeric address to connect to. */
export interface ReceiverAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Looks all addresses of a name up. */
export type LookUp = (hostname: string) => Promise<readonly ReceiverAddress[]>;

/** Azure's own services answer its machines at an address that is of a public range (learn.microsoft.com, 168.63.129.16). */
const CLOUD_ADDRESSES = ["168.63.129.16"];

/**
 * Finds the one address that a message goes to. Every address of the name must be allowed: one that is not shows a name
 * that is to lead astray. Fails with `forbidden`, and with `temporary` when the name has no address now.
 */
export async function findReceiver(
  url: URL,
  { lookUp, allows_loopback }: { readonly lookUp: LookUp; readonly allows_loopback: boolean },
): Promise<ReceiverAddress> {
  const hostname = bare(url.hostname);
  const found = await findAddresses(hostname, lookUp);
  for (const { address } of found) {
    if (isPublic(address) && url.protocol === "https:") continue;
    if (isLoopback(address) && allows_loopback) continue;
    // The address itself is not told: names of an inner network are nobody's to look up here.
    const why = isPublic(address) ? "it is not this machine, so it takes https://" : "its address is not public";
    throw new CostopsError("forbidden", `Cannot send alerts to ${hostname}: ${why}`);
  }
  return found[0]!;
}

async function findAddresses(hostname: string, lookUp: LookUp): Promise<readonly ReceiverAddress[]> {
  if (ipaddr.isValid(hostname)) {
    return [{ address: hostname, family: ipaddr.parse(hostname).kind() === "ipv6" ? 6 : 4 }];
  }
  let found: readonly ReceiverAddress[] = [];
  try {
    found = await lookUp(hostname);
  } catch (cause) {
    throw new CostopsError("temporary", `Cannot find the address of ${hostname}`, { cause });
  }
  if (found.length > 0) return found;
  throw new CostopsError("temporary", `Cannot find the address of ${hostname}`);
}

/** Where a host is, as far as its name tells: a numeric address, or a name that is always this machine (RFC 6761). */
export function placeOfHost(name: string): HostPlace {
  const hostname = bare(name);
  if (/(^|\.)localhost\.?$/i.test(hostname)) return "loopback";
  if (!ipaddr.isValid(hostname)) return "unknown";
  if (isLoopback(hostname)) return "loopback";
  return isPublic(hostname) ? "public" : "elsewhere";
}

/** A host without the brackets that an address of IPv6 has in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Whether everybody on the internet may be at an address: no private, local, shared, mapped or reserved one. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address) || CLOUD_ADDRESSES.includes(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  // All that is given out of IPv6 is in 2000::/3; the rest has old ways of writing IPv4 in it, ::7f00:1 for one.
  return !("parts" in parsed) || (parsed.parts[0]! & 0xe000) === 0x2000;
}
