import assert from "node:assert/strict";
import { describeUnpriced, displayUsd, revealControls } from "../../../core/report/display.ts";
import { cutText, widthOf } from "../../../core/report/display_width.ts";
import { usdFromNanos } from "../../../core/money.ts";

Deno.test("displayUsd() shows cents from a dollar on, more below, and never zero for what is not", () => {
  const shown = (nanos: bigint) => displayUsd(usdFromNanos(nanos));
  assert.equal(shown(0n), "$0.00");
  assert.equal(shown(1_234_567_890_123n), "$1,234.57");
  assert.equal(shown(1_005_000_000n), "$1.00");
  assert.equal(shown(1_015_000_000n), "$1.02");
  assert.equal(shown(75_000_000n), "$0.0750");
  assert.equal(shown(1_000_000n), "$0.00100");
  assert.equal(shown(512_345n), "$0.000512");
  assert.equal(shown(1n), "$0.000000001");
  assert.equal(shown(-75_000_000n), "-$0.0750");
  assert.equal(shown(-1_234_567_890_000_000n), "-$1,234,567.89");
});

Deno.test("revealControls() shows controls and hidden marks and leaves letters of every script", () => {
  assert.equal(revealControls("a\u0000\n\u007f\u0085\u200b\u202e\ufeff"), "a␀␊␡<U+0085><U+200B><U+202E><U+FEFF>");
  assert.equal(revealControls("\ud800x"), "<U+D800>x");
  assert.equal(revealControls("é模型😀"), "é模型😀");
});

Deno.test("describeUnpriced() is silent when all is priced and never rounds up to 100%", () => {
  const coverage = { priced_records: 9_999n, unpriced_records: 1n, unpriced_tokens: 1n, ratio: 0.9999 };
  assert.equal(
    describeUnpriced(coverage),
    "Not in the cost: 1 record without a known price (1 token); 99.9% of the records are priced",
  );
  assert.equal(describeUnpriced({ ...coverage, unpriced_records: 0n, ratio: 1 }), undefined);
});

Deno.test("cutText() keeps within the width and never cuts a wide character in half", () => {
  assert.equal(widthOf("模型"), 4);
  assert.equal(cutText("模型模型", 6), "模型…");
  assert.equal(cutText("abcdef", 6), "abcdef");
});
