/**
 * Who asks, and what that takes of a rate limit.
 */

import type { Principal } from "../../core/access.ts";
import { CostopsError } from "../../core/error.ts";
import type { Exchange } from "./exchange.ts";
import { type RateLimits, requireAllowed } from "./rate_limit.ts";

/** What finds out who asks, and the limits; absent: none. */
export interface Identifying {
  readonly authenticate: (headers: Headers) => Promise<Principal>;
  readonly rate_limits?: RateLimits;
}

/** A request as far as that goes. */
export interface Asking {
  readonly headers: Headers;
  readonly address: string | undefined;
  readonly exchange: Exchange;
}

/**
 * Finds out who asks. Who has no good credential takes of its address's limit; who has one takes of its organization's.
 * Fails with `unauthenticated` and with `rate_limited`.
 */
export async function identify(asking: Asking, { authenticate, rate_limits }: Identifying): Promise<Principal> {
  let principal: Principal;
  try {
    principal = await authenticate(asking.headers);
  } catch (error) {
    if (error instanceof CostopsError && error.kind === "unauthenticated") await takeOfAddress(asking, rate_limits);
    throw error;
  }
  if (rate_limits !== undefined) {
    asking.exchange.rate = await rate_limits.organizations.consume(principal.organization_id, 1);
    requireAllowed(asking.exchange.rate);
  }
  return principal;
}

/** Takes of the limit of the address that a request comes from. Fails with `rate_limited`. */
export async function takeOfAddress(
  { address, exchange }: Asking,
  rate_limits: RateLimits | undefined,
): Promise<void> {
  if (rate_limits === undefined || address === undefined) return;
  exchange.rate = await rate_limits.addresses.consume(address, 1);
  requireAllowed(exchange.rate);
}
