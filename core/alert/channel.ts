/**
 * Where alerts are sent.
 */

import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";

/** `webhook`: a signed Standard Webhook. `slack`: a text, as Slack's incoming webhooks take it. */
export const CHANNEL_KINDS = ["webhook", "slack"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** A place that alerts of an organization are sent to. */
export interface AlertChannel {
  readonly organization_id: string;
  readonly id: string;
  /** Unique in its organization. */
  readonly name: string;
  readonly kind: ChannelKind;
  /** Often a secret itself, so it is shown only as {@link maskUrl} does. */
  readonly url: string;
  /** What a webhook is signed with, `whsec_…`; null of other kinds. */
  readonly secret: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly created_at: number;
}

/** Reads a channel's name. Fails with `invalid`. */
export function readChannelName(text: string): string {
  const name = text.trim();
  if (name !== "" && name.length <= LIMITS.id_characters && name.isWellFormed() && !/\p{Cc}/u.test(name)) return name;
  throw refuse("/name", `Cannot take this as a channel's name: write 1 to ${LIMITS.id_characters} visible characters`);
}

/** What is known of a host from its name alone: a name that has to be looked up tells nothing. */
export type HostPlace = "public" | "loopback" | "elsewhere" | "unknown";

/** Which addresses a channel may have. */
export interface ChannelUrlRules {
  /** Whether this machine may be sent to. */
  readonly allows_loopback: boolean;
  /** Where a host is, by its name. */
  readonly placeOf: (hostname: string) => HostPlace;
}

/**
 * Reads where a channel sends to. Fails with `invalid`, also where it is told at once that nothing will ever be delivered;
 * the address is never quoted, since it may be a secret.
 */
export function readChannelUrl(text: string, { allows_loopback, placeOf }: ChannelUrlRules): string {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed) || trimmed.length > LIMITS.text_characters) {
    throw refuse("/url", "Cannot take this as a channel's address: write https://HOST/PATH");
  }
  const url = new URL(trimmed);
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw refuse("/url", "Cannot take a channel's address with a user, a password or a #: write https://HOST/PATH");
  }
  const place = placeOf(url.hostname);
  if (place === "loopback" && !allows_loopback) {
    throw refuse("/url", `Cannot send alerts to this very machine: ${LOOPBACK_REMEDY}`);
  }
  if (place === "elsewhere") {
    throw refuse("/url", "Cannot send alerts to an address that is not public: write https:// and a public host");
  }
  const isPlain = url.protocol === "http:" && allows_loopback && place !== "public";
  if (url.protocol === "https:" || isPlain) return url.href;
  throw refuse("/url", "Cannot send alerts without TLS: write an address that begins with https://");
}

const LOOPBACK_REMEDY = "write https:// and a public host, or set ALERTS_ALLOW_LOOPBACK=true where costops runs";

/** An address as it may be shown: its path and query may be what lets one in. */
export function maskUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === "/" && search === "" ? origin : `${origin}/…`;
}

function refuse(pointer: string, message: string): CostopsError {
  return new CostopsError("invalid", message, { issues: [{ pointer, detail: message.replace(/^[^:]*: /, "") }] });
}
