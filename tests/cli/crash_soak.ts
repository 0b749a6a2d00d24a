import { killProcesses } from "./concurrent_kills.ts";
import { inPlace } from "./program.ts";

Deno.test("costops ingest: four processes with the same records, killed 30 times at random, store each once", async () => {
  // 60,000 x (7 x 0.00003 + 3 x 0.00006)
  const total = "gpt-4,60000,420000,0,0,180000,600000,23.400000000,0";
  await inPlace((place) => killProcesses(place, { records: 60_000, kills: 30, total }));
});
