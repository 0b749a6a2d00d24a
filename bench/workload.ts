/**
 * What the benchmarks work on: usage of one month that is the same on every machine.
 */

import { Random } from "../examples/random.ts";

/** Models and projects and who uses them; 150 combinations of the roll-ups' dimensions when all are used. */
const MODELS = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["openai", "gpt-4.1"],
  ["anthropic", "claude-sonnet-4-5"],
  ["anthropic", "claude-haiku-4-5"],
] as const;
const PROJECTS = ["search", "support", "billing", "docs", "research"];
const ENVIRONMENTS = ["production", "staging"];
const TIERS = ["standard", "batch", "priority"];
const TEAMS = ["core", "growth", "data"];
const STAGES = ["draft", "final"];
const USERS = 40;

/** The month that the records are of. */
export const MONTH = { since: "2026-01-01", until: "2026-01-31" };
const MONTH_START = Date.UTC(2026, 0, 1);
const MONTH_MS = 31 * 86_400_000;

/** One record in canonical JSON, before it is written. */
export interface BenchRecord {
  readonly id: string;
  readonly timestamp: string;
  readonly provider: string;
  readonly model: string;
  readonly project: string;
  readonly user: string;
  readonly environment: string;
  readonly service_tier: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly output_tokens: number;
  readonly latency_ms: number;
}

/** Makes records in the order of their time, spread over the month, with ids like a provider's. */
export function* makeRecords(count: number, seed: number): Generator<BenchRecord> {
  const random = new Random(seed);
  for (let at = 0; at < count; at++) {
    const [provider, model] = random.pick(MODELS);
    yield {
      id: `req_${random.hex(24)}`,
      timestamp: new Date(MONTH_START + Math.floor(at * (MONTH_MS / count))).toISOString(),
      provider,
      model,
      project: random.pick(PROJECTS),
      user: `user-${random.whole(1, USERS)}`,
      environment: random.pick(ENVIRONMENTS),
      service_tier: random.pick(TIERS),
      tags: { team: random.pick(TEAMS), stage: random.pick(STAGES) },
      input_tokens: random.size(1_500),
      cache_read_tokens: random.size(4_000),
      output_tokens: random.size(400),
      latency_ms: random.size(1_200),
    };
  }
}

/** Writes records as NDJSON and gives the file's size in bytes. */
export async function writeRecords(path: string, { count, seed }: { count: number; seed: number }): Promise<number> {
  using file = await Deno.open(path, { create: true, write: true, truncate: true });
  const encoder = new TextEncoder();
  let bytes = 0;
  let waiting = "";
  const flush = () => {
    const encoded = encoder.encode(waiting);
    for (let at = 0; at < encoded.length;) at += file.writeSync(encoded.subarray(at));
    bytes += encoded.length;
    waiting = "";
  };
  for (const record of makeRecords(count, seed)) {
    waiting += `${JSON.stringify(record)}\n`;
    if (waiting.length > 1_000_000) flush();
  }
  flush();
  return bytes;
}
