/**
 * Where a request comes from: the socket's other end, or whom a trusted proxy names.
 */

import { BlockList, isIPv6 } from "node:net";

/** What Deno.serve says of a connection. */
interface ConnectionInfo {
  readonly remoteAddr?: { readonly hostname?: string };
}

/**
 * The address behind a request; undefined when there is no socket, or the client has gone. Forwarded addresses of others
 * are not believed.
 */
export function findAddress(
  headers: Headers,
  { connection, trusted_proxies }: { readonly connection: unknown; readonly trusted_proxies: readonly string[] },
): string | undefined {
  const remote = readRemote(connection as ConnectionInfo | undefined);
  if (remote === undefined || trusted_proxies.length === 0) return remote;
  const isTrusted = trustedBy(trusted_proxies);
  if (!isTrusted(remote)) return remote;
  const forwarded = headers.get("x-forwarded-for")?.split(",").map((part) => part.trim()).reverse() ?? [];
  // From the right: each proxy adds whom it heard; the first that is not one of ours is who asked.
  return forwarded.find((address) => !isTrusted(address)) || remote;
}

/** Deno.serve knows nothing of a connection any more once its client has gone, and says so by a TypeError. */
function readRemote(connection: ConnectionInfo | undefined): string | undefined {
  try {
    return connection?.remoteAddr?.hostname;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Headers by which a proxy says that it asks for another. */
const OF_PROXIES = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/** Whether a proxy says that it asks for another. */
export function isForwarded(headers: Headers): boolean {
  return OF_PROXIES.some((name) => headers.has(name));
}

type IsTrusted = (address: string) => boolean;

/** A list that a server was started with never changes. */
const known = new WeakMap<readonly string[], IsTrusted>();

/** Whether an address is among these, which are addresses and ranges (`10.0.0.0/8`). */
function trustedBy(proxies: readonly string[]): IsTrusted {
  let isTrusted = known.get(proxies);
  if (isTrusted !== undefined) return isTrusted;
  const list = new BlockList();
  const familyOf = (address: string) => isIPv6(address) ? "ipv6" : "ipv4";
  for (const proxy of proxies) {
    const [address = "", bits] = proxy.split("/");
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  known.set(proxies, isTrusted = (address) => list.check(address, familyOf(address)));
  return isTrusted;
}
