/**
 * Looks after API keys.
 */

import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { ApiKey } from "../db/api_keys.ts";
import { addApiKey, dropApiKey, readApiKeys } from "../server/operations/api_keys.ts";
import { toWireApiKey } from "../server/wire/accounts.ts";
import { askFirst } from "./ask.ts";
import { writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { type Session, withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `admin key create`. */
export interface CreateKeyOptions extends CommonOptions {
  readonly scope?: readonly string[];
  readonly name: string;
  readonly expires?: string;
  readonly json?: true;
}

/** Answers `costops admin key create`: the key alone on stdout, so that it can be caught. */
export async function createKey(options: CreateKeyOptions, { terminal }: Shell): Promise<void> {
  const { key, ...made } = await withSession(options, (session) => {
    const expires_at = readExpiry(options.expires, session.local?.environment.now() ?? Date.now());
    return session.perform(addApiKey, { name: options.name, scopes: options.scope ?? [], expires_at });
  });
  const wire = toWireApiKey(made);
  terminal.out(options.json ? `${JSON.stringify({ ...wire, key }, null, 2)}\n` : `${key}\n`);
  if (options.quiet) return;
  const end = wire.expires_at === null ? "without an end" : `until ${wire.expires_at}`;
  terminal.note(
    `Created the API key ${wire.id} in ${wire.organization_id} for ${wire.scopes.join(", ")}, ${end}; ` +
      "it is not shown again",
  );
}

/** Answers `costops admin key list`. */
export async function listKeys(
  options: CommonOptions & { readonly json?: true },
  { terminal }: Shell,
): Promise<void> {
  const keys = await withSession(options, readAll, { isReading: true });
  const wire = keys.map(toWireApiKey);
  if (options.json) return terminal.out(`${JSON.stringify({ data: wire }, null, 2)}\n`);
  const now = Date.now();
  const rows = wire.map((key, index) => [
    key.id,
    key.name,
    key.scopes.join(", "),
    writeState(keys[index]!, now),
    key.expires_at ?? "never",
    key.last_used_at ?? "never",
  ]);
  const header = ["id", "name", "scopes", "state", "expires", "last used"];
  terminal.out(writeGrid(header, rows, header.map(() => "left")));
}

/** Revoked and ended keys stay in the list, so that there is no bound to how many there are. */
async function readAll(session: Session): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  while (true) {
    const last = keys.at(-1);
    const after = last === undefined ? undefined : { created_at: last.created_at, id: last.id };
    const { data, has_more } = await session.perform(readApiKeys, { after, limit: LIMITS.api_keys });
    keys.push(...data);
    if (!has_more) return keys;
  }
}

function writeState({ revoked_at, expires_at }: ApiKey, now: number): string {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && expires_at <= now ? "ended" : "";
}

/** Answers `costops admin key revoke`. */
export async function revokeKey(
  id: string,
  options: CommonOptions & { readonly yes?: true },
  { terminal }: Shell,
): Promise<void> {
  if (id.startsWith("cops_")) {
    throw new CostopsError("usage", "Cannot revoke a key by the key: write only the 8 characters after cops_");
  }
  await withSession(options, async (session) => {
    askFirst(`Revoke the API key ${showControls(id)}?`, { yes: options.yes, terminal });
    await session.perform(dropApiKey, { id });
  }, { isReading: true });
  if (!options.quiet) terminal.note(`Revoked the API key ${showControls(id)}`);
}

const UNITS_MS = { d: 86_400_000, h: 3_600_000 } as const;

/** `90d` and `12h` from now on, or the first instant of a day in UTC; undefined is never. */
function readExpiry(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  if (count !== undefined) return now + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  // A day that no month has would be taken for one of the next month.
  if (!Number.isNaN(day) && new Date(day).toISOString().startsWith(text)) return day;
  throw new CostopsError(
    "usage",
    `Cannot read --expires ${JSON.stringify(text)} as a time: write 90d, 12h or 2027-01-31`,
  );
}
