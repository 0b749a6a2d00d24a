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
    const began = performance.now();
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: listener.address.port });
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
  // It ends when its last connection is cut.
  await listener.close();
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
});

/** Sends bytes, and reads the answer to its end. */
async function sendBytes(port: number, text: string) {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  const answer = await new Response(connection.readable).text();
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(head.replaceAll("\r", ""))?.[1];
  return { status: Number(head.split(" ")[1]), header, problem: JSON.parse(body) };
}

for (
  const { name, text, status } of [
    { name: "a method that nobody knows", text: "PLANTED / HTTP/1.1\r\nHost: localhost\r\n\r\n", status: 400 },
    { name: "another version", text: "GET / HTTP/9.9\r\n\r\n", status: 400 },
    { name: "no HTTP at all", text: "\x16\x03\x01 planted\r\n\r\n", status: 400 },
    { name: "no Host", text: "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", status: 400 },
    {
      name: "a length that is none",
      text: "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
      status: 400,
    },
    {
      name: "headers without an end",
      text: `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`,
      status: 431,
    },
  ]
) {
  Deno.test(`listenWithNode() answers ${name} with a problem, and ends the connection`, async () => {
    const answer = () => new Response("never asked");
    const listener = await listenWithNode({ host: "127.0.0.1", port: 0, answer }, LIMITS);
    try {
      const { status: got, header, problem } = await sendBytes(listener.address.port, text);
      assert.deepEqual([got, problem.status, problem.code], [status, status, "unreadable"]);
      assert.deepEqual([header("content-type"), header("x-content-type-options")], [
        "application/problem+json",
        "nosniff",
      ]);
      assert.equal(header("x-request-id"), problem.request_id);
      assert.ok(!JSON.stringify(problem).includes("planted"));
    } finally {
      await listener.close();
    }
  });
}
