import { Client } from "pg";
import { failAndStart, TERMINATE, withLoad } from "./postgres_load.ts";

/** A moment of its own for each of twenty rounds. */
const WAITS_MS = Array.from({ length: 20 }, (_, round) => (round * 37) % 101);

for (const how of ["immediate", "fast", "kill"] as const) {
  Deno.test(`append() under load loses and doubles nothing in 20 ends of the server (${how})`, async () => {
    await withLoad((place) => failAndStart(place, { how, waits_ms: WAITS_MS }));
  });
}

Deno.test("append() under load loses and doubles nothing when its connections are ended 200 times", async () => {
  await withLoad(async ({ server, load }) => {
    const client = new Client(server.url);
    await client.connect();
    for (let round = 0; round < 200; round++) {
      await load.untilAppended();
      await client.query(TERMINATE);
    }
    await client.end();
  });
});

Deno.test("append() works again after a server that was away for 30 seconds", async () => {
  await withLoad(async ({ server, load }) => {
    await server.stop("immediate");
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    await server.start();
    await load.untilAppended();
  });
});
