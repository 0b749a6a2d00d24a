import assert from "node:assert/strict";
import { inPlace } from "./program.ts";
import { makeKey, startServing, stopServing } from "./serving.ts";

const STALLED = 1_000;

/** How a client stalls: after these bytes it sends and reads nothing any more. */
const STALLS: Readonly<Record<string, string>> = {
  "before its headers": "",
  "in its headers": "POST /api/v1/usage HTTP/1.1\r\nHost: localhost\r\nContent-Type: appl",
  "in its body": "POST /api/v1/usage HTTP/1.1\r\nHost: localhost\r\nX-API-Key: KEY\r\n" +
    'Content-Type: application/json\r\nContent-Length: 200\r\n\r\n{"id":',
  "reading its answer": "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
};

for (const host of ["127.0.0.1", "0.0.0.0"]) {
  Deno.test(`costops serve on ${host}: 1,000 clients that stall do not keep others waiting`, async () => {
    await inPlace(async (place) => {
      const key = await makeKey(place, ["usage:create"]);
      assert.equal((await place.run(["admin", "org", "create", "other"])).code, 0);
      const other = await makeKey(place, ["usage:create"], ["--org", "other"]);
      const serving = await startServing(place, ["--host", host]);
      const port = Number(new URL(serving.url).port);
      const stalled: Deno.Conn[] = [];
      const kinds = Object.values(STALLS);
      for (let at = 0; at < STALLED; at++) {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        stalled.push(connection);
        const bytes = new TextEncoder().encode(kinds[at % kinds.length]!.replace("KEY", key));
        if (bytes.length > 0) await connection.write(bytes);
      }
      // The first that stalls in its body, half a minute before it is let go; there is no room for the last ones.
      const log: string[] = [];
      const letGo = stalled[2]!.read(new Uint8Array(1)).then(() => log.push("let go"), () => {});
      for (let at = 0; at < 20; at++) {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/usage`, {
          method: "POST",
          headers: { "X-API-Key": other, "Content-Type": "application/json" },
          body: `{"id":"r${at}","timestamp":"2026-01-05T10:00:00Z","model":"gpt-4","prompt_tokens":7}`,
        });
        assert.equal(answer.status, 201, await answer.text());
      }
      log.push("answered");
      assert.deepEqual(log, ["answered"], "they were kept waiting");
      const lines = Array.from({ length: 500 }, (_, at) => `{"id":"r${at}","model":"gpt-4","prompt_tokens":7}`);
      const streamed = await fetch(`http://127.0.0.1:${port}/api/v1/usage/stream`, {
        method: "POST",
        headers: { "X-API-Key": other, "Content-Type": "application/x-ndjson" },
        body: lines.join("\n"),
      });
      const { summary } = JSON.parse((await streamed.text()).trimEnd().split("\n").at(-1)!);
      // Those that were sent before have a time, so that the same ids are other records now.
      assert.deepEqual([summary.inserted, summary.conflict], [480, 20]);
      for (const connection of stalled) connection.close();
      await letGo;
      const { code, err } = await stopServing(serving);
      assert.equal(code, 0, err);
    }, { RATE_LIMIT_PER_SECOND: "10000", RATE_LIMIT_BURST: "10000", LOG_LEVEL: "error" });
  });
}
