import assert from "node:assert/strict";
import { listenWithNode } from "../../../server/listen/node_listener.ts";

const LIMITS = { headers_ms: 300, keep_alive_ms: 300, idle_connection_ms: 400 };

/** Listens, sends bytes and gives the milliseconds until the server has cut the connection. */
async function timeUntilCut(text: string): Promise<number> {
  const answer = async (request: Request) => {
    await request.bytes().catch(() => {});
    return new Response("small");
  };
  const listener = await listenWithNode({ host: "127.0.0.1", port: 0, answer }, LIMITS);
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: listener.address.port });
    const began = performance.now();
    if (text !== "") await connection.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(64 * 1024);
    try {
      while (await connection.read(buffer) !== null);
    } catch {
      // A reset is a cut too.
    }
    return performance.now() - began;
  } finally {
    await listener.close();
  }
}

for (
  const [name, text] of [
    ["never sends a header", ""],
    ["stops within its headers", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-"],
    ["stops within its body", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"],
    ["asks once and never again", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ] as const
) {
  Deno.test(`listenWithNode() cuts off a client that ${name}`, async () => {
    const milliseconds = await timeUntilCut(text);
    assert.ok(milliseconds >= 250 && milliseconds < 5_000, `${milliseconds} ms`);
  });
}

Deno.test("listenWithNode() cuts off a client that does not read its answer", async () => {
  const answer = () => new Response("x".repeat(20_000_000));
  const listener = await listenWithNode({ host: "127.0.0.1", port: 0, answer }, LIMITS);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: listener.address.port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  let received = 0;
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let read = await connection.read(buffer); read !== null; read = await connection.read(buffer)) {
      received += read;
    }
  } catch {
    // A reset is a cut too.
  }
  assert.ok(received < 20_000_000, `${received} bytes`);
  await listener.close();
});
