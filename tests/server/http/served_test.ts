/**
 * The app behind a real Deno.serve, over real sockets.
 */

import assert from "node:assert/strict";
import { type Api, SECRET, withApi } from "./api.ts";
import { openStream } from "./raw_stream.ts";

async function withServer(
  test: (api: Api & { readonly url: string; readonly port: number }) => Promise<void>,
  settings: { readonly body_ms?: number } = {},
): Promise<void> {
  await withApi(async (api) => {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {}, automaticCompression: true },
      api.app.fetch,
    );
    const { port } = server.addr;
    try {
      await test({ ...api, port, url: `http://127.0.0.1:${port}` });
    } finally {
      await server.shutdown();
    }
  }, { settings: { secret: SECRET, version: "0.0.0", ...settings } });
}

const HEADERS = { authorization: "Bearer org_admin@acme", "content-type": "application/json" };

const CREDENTIAL = "authorization: Bearer ingest@acme";

/** Sends bytes as they are and gives the beginning of the answer. */
async function sendRaw(port: number, text: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(4096);
    const read = await connection.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, read ?? 0));
  } finally {
    connection.close();
  }
}

Deno.test("answers are compressed with br or gzip as they are asked for, and say that it varies", async () => {
  await withServer(async ({ url }) => {
    for (const coding of ["br", "gzip"]) {
      const response = await fetch(`${url}/openapi.json`, { headers: { "accept-encoding": coding } });
      assert.match(response.headers.get("vary") ?? "", /accept-encoding/i);
      assert.equal((await response.json()).openapi, "3.1.0");
    }
  });
});

Deno.test("methods that no path has answer 405, TRACE among them", async () => {
  await withServer(async ({ port }) => {
    for (const method of ["TRACE", "PATCH", "PROPFIND"]) {
      const answer = await sendRaw(port, `${method} /api/v1/usage HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 405 /);
      assert.match(answer, /allow: GET, HEAD, POST/i);
    }
  });
});

Deno.test("a bad Host and an absolute address of another host do no harm", async () => {
  await withServer(async ({ port }) => {
    assert.match(
      await sendRaw(port, "GET /live HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n"),
      /^HTTP\/1\.1 400 /,
    );
    assert.match(await sendRaw(port, "GET /live HTTP/1.1\r\nhost: [\r\nconnection: close\r\n\r\n"), /^HTTP\/1\.1 400 /);
    const absolute = "GET http://evil.example/live HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    assert.match(await sendRaw(port, absolute), /^HTTP\/1\.1 (200|400) /);
  });
});

Deno.test("HEAD answers as GET does, without a body", async () => {
  await withServer(async ({ url }) => {
    const response = await fetch(`${url}/api/v1/usage`, { method: "HEAD", headers: HEADERS });
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  });
});

Deno.test("a stream answers while it is sent", async () => {
  await withServer(async ({ port }) => {
    const { connection, send, end, until } = await openStream(port, CREDENTIAL);
    const record = (tokens: number) => `{"id":"s1","model":"gpt-4","timestamp":1770681600,"prompt_tokens":${tokens}}\n`;
    await send(record(1));
    await until("HTTP/1.1 200");
    await send(record(1));
    await until('"outcome":"duplicate"');
    await send(record(2));
    await until('"outcome":"conflict"');
    await end();
    await until('{"summary":{"read":3,"inserted":1');
    connection.close();
  });
});

Deno.test("a client that goes away in the middle of its stream does no harm, and it is known where it was", async () => {
  await withServer(async ({ port, answered, send }) => {
    const raw = await openStream(port, CREDENTIAL);
    const record = '{"id":"s1","model":"gpt-4","timestamp":1770681600,"prompt_tokens":1}\n';
    await raw.send(record + record);
    await raw.until('"outcome":"duplicate"');
    raw.connection.close();
    const [stream] = answered;
    const { summary } = await stream!.ended!;
    assert.deepEqual([summary.read, summary.inserted, summary.duplicate], [2, 1, 1]);
    // At its end Deno.serve has forgotten the connection.
    assert.equal(stream!.findAddress!(), "127.0.0.1");
    assert.equal((await send("GET", "/api/v1/usage/s1")).status, 200);
  }, { body_ms: 500 });
});

/** Clients that stall in the middle of a body. */
function stall(port: number): Promise<Deno.TcpConn[]> {
  return Promise.all(
    Array.from({ length: 100 }, async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode(
        "POST /api/v1/usage HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ingest@acme\r\n" +
          'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"model"',
      ));
      return connection;
    }),
  );
}

Deno.test("clients that stall in the middle of a body do not keep others waiting", async () => {
  await withServer(async ({ url, port }) => {
    const stalled = await stall(port);
    const log: string[] = [];
    const ends = stalled.map(async (connection) => {
      if (await connection.read(new Uint8Array(1)) !== null) log.push("let go");
    });
    const response = await fetch(`${url}/api/v1/usage`, {
      headers: { ...HEADERS, authorization: "Bearer viewer@acme" },
    });
    assert.equal(response.status, 200);
    await response.body?.cancel();
    log.push("answered");
    assert.equal(log[0], "answered");
    // Each is cut off from this side; a read of it fails then, or is at its end.
    for (const connection of stalled) connection.close();
    await Promise.allSettled(ends);
  }, { body_ms: 30_000 });
});

Deno.test("clients that stall in the middle of a body are let go", async () => {
  await withServer(async ({ port }) => {
    for (const connection of await stall(port)) {
      const buffer = new Uint8Array(1024);
      const read = await connection.read(buffer);
      assert.match(new TextDecoder().decode(buffer.subarray(0, read ?? 0)), /^HTTP\/1\.1 408 /);
      connection.close();
    }
  }, { body_ms: 500 });
});
