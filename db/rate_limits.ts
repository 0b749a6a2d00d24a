/**
 * Token buckets of organizations in Postgres, for the processes that share one database.
 */

// @ts-types="@types/pg"
import { Pool } from "pg";
import { readAddress } from "./postgres_address.ts";

/** What is taken, and of what. */
export interface TokenRequest {
  /** Tokens, at most the burst. */
  readonly cost: number;
  readonly per_second: number;
  readonly burst: number;
}

/** A bucket after tokens were asked for. */
export interface TokenBucketState {
  /** Millionths of a token that are out. */
  readonly used: number;
  /** Tokens that were given: all that were asked for, or none. */
  readonly taken: number;
}

/** The buckets, on a few connections of their own: a busy ingest must not keep the limit from being known. */
export interface RateLimits {
  /** Takes tokens, all or none. Fails within a second or two when the server does not answer. */
  take(organization_id: string, request: TokenRequest): Promise<TokenBucketState>;
  close(): Promise<void>;
}

const CONNECTIONS = 4;
const CONNECT_MS = 1_000;
const ANSWER_MS = 1_000;

/** A limit that a crash of the server forgets for an instant is no loss; waiting for its disk at each request would be. */
const SESSION = "set synchronous_commit = off";

/**
 * In one microsecond a bucket gets back as many millionths of a token as its rate has tokens a second. The server's
 * clock counts, whatever those of the processes say. A statement that waited for the row may be a little behind it; more
 * than ten seconds behind, the clock was set back.
 */
const TAKE = `
insert into rate_limits as bucket (organization_id, used, at_us, taken)
values ($1, $2::bigint * 1000000, (extract(epoch from clock_timestamp()) * 1000000)::bigint, $2::bigint)
on conflict (organization_id) do update
set (used, at_us, taken) = (
  select
    case when remains + excluded.used <= $4::bigint * 1000000 then remains + excluded.used else remains end,
    case
      when bucket.at_us - excluded.at_us > 10000000 then excluded.at_us
      else greatest(bucket.at_us, excluded.at_us)
    end,
    case when remains + excluded.used <= $4::bigint * 1000000 then excluded.taken else 0 end
  from (
    select greatest(
      0,
      bucket.used - least(greatest(0, excluded.at_us - bucket.at_us), 1000000000000) * $3::bigint
    ) as remains
  ) as drained
)
returning used, taken`;

/** Opens the buckets of a database that is migrated. Connects when tokens are first taken. */
export function openRateLimits(url: string): RateLimits {
  const pool = new Pool({
    connectionString: readAddress(url),
    application_name: "costops rate limit",
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    onConnect: async (client) => {
      await client.query(SESSION);
    },
  });
  // An idle connection that breaks leaves the pool; the next query makes a new one.
  pool.on("error", () => {});
  return {
    take: async (organization_id, { cost, per_second, burst }) => {
      const values = [organization_id, cost, per_second, burst];
      const { rows } = await pool.query<{ used: string; taken: string }>({ name: "take", text: TAKE, values });
      return { used: Number(rows[0]!.used), taken: Number(rows[0]!.taken) };
    },
    close: () => pool.end(),
  };
}
