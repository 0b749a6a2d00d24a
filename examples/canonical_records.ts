/**
 * The month's calls as costops' own records: what a company writes when it logs usage itself.
 */

import { listCalls, PEOPLE } from "./fernwood.ts";
import type { Random } from "./random.ts";

/** A canonical record, flat: a tag is `tags.NAME`. */
export type FlatRecord = Readonly<Record<string, string | number>>;

/** The search index: embeddings of new and changed pages, hourly and at night. */
export function listEmbeddings(random: Random): FlatRecord[] {
  return listCalls(random, { weekday_calls: 8, weekend_share: 0.9 }).map((instant) => ({
    id: `emb-${random.hex(16)}`,
    timestamp: new Date(instant).toISOString(),
    provider: "openai",
    model: "text-embedding-3-large",
    operation: "embedding",
    project: "search",
    environment: "production",
    input_tokens: random.size(110_000),
    latency_ms: random.size(900),
  }));
}

/** The coding agent: by person and team, most of the input read from the cache. */
export function listAgentCalls(random: Random): FlatRecord[] {
  return listCalls(random, { weekday_calls: 13, weekend_share: 0.08 }).map((instant) => {
    const { user, team } = random.pick(PEOPLE);
    return {
      id: `agent-${random.hex(16)}`,
      timestamp: new Date(instant).toISOString(),
      provider: "anthropic",
      model: "claude-opus-5",
      project: "internal-tools",
      user,
      environment: random.next() < 0.8 ? "development" : "ci",
      "tags.team": team,
      input_tokens: random.whole(200, 3000),
      cache_read_tokens: random.size(42_000),
      cache_write_5m_tokens: random.size(3600),
      cache_write_1h_tokens: random.next() < 0.1 ? 8192 : 0,
      output_tokens: random.size(900),
      latency_ms: random.size(9000),
    };
  });
}

/** A model of the company's own that no catalogue knows: its calls are unpriced until somebody sets a price. */
export function listHeron(random: Random): FlatRecord[] {
  return listCalls(random, { weekday_calls: 2, weekend_share: 0, from_day: 19 }).map((instant) => ({
    id: `heron-${random.hex(16)}`,
    timestamp: new Date(instant).toISOString(),
    provider: "fernwood",
    model: "heron-7b",
    project: "internal-tools",
    user: "emre@fernwood.example",
    environment: "staging",
    input_tokens: random.size(1800),
    output_tokens: random.size(300),
  }));
}
