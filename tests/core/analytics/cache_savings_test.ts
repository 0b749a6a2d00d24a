import assert from "node:assert/strict";
import { savedByCaching } from "../../../core/analytics/cache_savings.ts";
import type { AppliedPrice, Modifier } from "../../../core/pricing/price.ts";

/** A price of dollars for a million tokens, in nano-dollars. */
function priceOf(rates: Record<string, bigint>, modifiers: readonly Modifier[] = []): AppliedPrice {
  return {
    source: "catalogue",
    reference: "test",
    provider: "anthropic",
    model: "claude",
    effective_from: null,
    hours: null,
    rates: Object.fromEntries(Object.entries(rates).map(([key, nanos]) => [key, { nanos, per: 1_000_000n }])),
    above_input_tokens: null,
    modifiers,
    minimum_audio_ms: null,
  };
}

/** $3 in, $0.30 read, $3.75 and $6 written. */
const CLAUDE = {
  input_mtok: 3_000_000_000n,
  cache_read_mtok: 300_000_000n,
  cache_write_5m_mtok: 3_750_000_000n,
  cache_write_1h_mtok: 6_000_000_000n,
  output_mtok: 15_000_000_000n,
};

Deno.test("savedByCaching() is what cached tokens would have cost as input, less what they cost", () => {
  // 100,000 read: $0.30 - $0.03 = $0.27. 2,000 written for 5 minutes: $0.006 - $0.0075 = -$0.0015.
  const tokens = { cache_read_tokens: 100_000n, cache_write_5m_tokens: 2_000n };
  assert.equal(savedByCaching({ price: priceOf(CLAUDE), tokens }), 268_500_000n);
});

Deno.test("savedByCaching() is negative when writing cost more than reading saved", () => {
  // 1,000 written for an hour: $0.003 - $0.006. Nothing was read.
  assert.equal(savedByCaching({ price: priceOf(CLAUDE), tokens: { cache_write_1h_tokens: 1_000n } }), -3_000_000n);
});

Deno.test("savedByCaching() takes the price's modifiers on both sides", () => {
  const batch = {
    name: "batch",
    numerator: 1n,
    denominator: 2n,
    source: "test",
    price_keys: ["input_mtok", "cache_read_mtok"],
  };
  assert.equal(
    savedByCaching({ price: priceOf(CLAUDE, [batch]), tokens: { cache_read_tokens: 100_000n } }),
    135_000_000n,
  );
});

Deno.test("savedByCaching() rounds the whole sum once, half to even", () => {
  // A token read saves 0.5 nano-dollars, a token written costs 1.5 more.
  const price = priceOf({ input_mtok: 2_000_000n, cache_read_mtok: 1_500_000n, cache_write_mtok: 3_500_000n });
  assert.equal(savedByCaching({ price, tokens: { cache_read_tokens: 1n } }), 0n);
  assert.equal(savedByCaching({ price, tokens: { cache_read_tokens: 3n } }), 2n);
  assert.equal(savedByCaching({ price, tokens: { cache_read_tokens: 1n, cache_write_5m_tokens: 1n } }), -1n);
  assert.equal(savedByCaching({ price, tokens: { cache_write_5m_tokens: 1n } }), -2n);
});

Deno.test("savedByCaching() compares cached audio with audio input", () => {
  const price = priceOf({ ...CLAUDE, input_audio_mtok: 40_000_000_000n, cache_audio_read_mtok: 2_500_000_000n });
  // 1,000 tokens: $0.04 - $0.0025.
  assert.equal(savedByCaching({ price, tokens: { cache_audio_read_tokens: 1_000n } }), 37_500_000n);
});

Deno.test("savedByCaching() is 0 without cached tokens or without a price of their own, null where input has none", () => {
  assert.equal(savedByCaching({ price: priceOf(CLAUDE), tokens: {} }), 0n);
  const plain = priceOf({ input_mtok: 3_000_000_000n });
  assert.equal(savedByCaching({ price: plain, tokens: { cache_read_tokens: 100n } }), 0n);
  const odd = priceOf({ cache_read_mtok: 300_000_000n });
  assert.equal(savedByCaching({ price: odd, tokens: { cache_read_tokens: 100n } }), null);
});
