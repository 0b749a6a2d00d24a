/**
 * What an app is told of its surroundings: secrets, bounds and times, each with its default.
 */

import { LIMITS } from "../../core/limits.ts";

/** Settings as they are given. */
export interface AppSettings {
  /** At least 32 bytes; signs cursors and seals kept answers. The same on every replica. */
  readonly secret: string;
  /** Said by `/health` and the OpenAPI document. */
  readonly version: string;
  /** The largest batch, in bytes. */
  readonly batch_bytes?: number;
  /** Origins that browsers may call from, exactly: `https://app.example.com`. None: no CORS headers at all. */
  readonly allowed_origins?: readonly string[];
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trusted_proxies?: readonly string[];
  readonly in_flight?: number;
  readonly in_flight_organization?: number;
  readonly body_ms?: number;
  readonly handler_ms?: number;
}

/** Settings with their defaults filled in. */
export type Settings = Required<AppSettings>;

/** Fills in the defaults. */
export function fillSettings(given: AppSettings): Settings {
  return {
    batch_bytes: LIMITS.batch_bytes,
    allowed_origins: [],
    trusted_proxies: [],
    in_flight: LIMITS.in_flight,
    in_flight_organization: LIMITS.in_flight_organization,
    body_ms: LIMITS.body_ms,
    handler_ms: LIMITS.handler_ms,
    ...given,
  };
}
