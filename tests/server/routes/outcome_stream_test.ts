import assert from "node:assert/strict";
import type { IngestedItem } from "../../../server/operations/ingest.ts";
import { writeOutcomes } from "../../../server/routes/outcome_stream.ts";

Deno.test("writeOutcomes() counts what was stored while its reader went away", async () => {
  const { promise: isStored, resolve: store } = Promise.withResolvers<void>();
  async function* batches(): AsyncGenerator<IngestedItem[]> {
    await isStored;
    yield [{
      outcome: { index: 0, line: 1, id: "a", outcome: "inserted", cost: null },
      item: { line: 1, text: "{}", value: {} },
      stands_alone: true,
    }];
  }
  const { lines, ended } = writeOutcomes(batches(), "r");
  await lines.cancel();
  store();
  const { summary, error } = await ended;
  assert.deepEqual([summary.read, summary.inserted, error], [1, 1, undefined]);
});
