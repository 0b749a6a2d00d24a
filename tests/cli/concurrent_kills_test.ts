import { killProcesses } from "./concurrent_kills.ts";
import { inPlace } from "./program.ts";

Deno.test("costops ingest: four processes with the same records, killed five times at random, store each once", async () => {
  // 20,000 x (7 x 0.00003 + 3 x 0.00006)
  const total = "gpt-4,20000,140000,0,0,60000,200000,7.800000000,0";
  await inPlace((place) => killProcesses(place, { records: 20_000, kills: 5, total }));
});
