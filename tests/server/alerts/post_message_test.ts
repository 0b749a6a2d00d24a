import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import type { AlertChannel } from "../../../core/alert/channel.ts";
import { newWebhookSecret, writeMessage } from "../../../server/alerts/message.ts";
import { createPost, type Receipt } from "../../../server/alerts/post_message.ts";
import { findFreePort } from "../../free_port.ts";

const NOW = Date.UTC(2026, 1, 10, 12);

interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Runs a test with a receiver on this machine. */
async function withReceiver(
  answer: (request: Request) => Response | Promise<Response>,
  test: (receiver: { readonly port: number; readonly received: Received[] }) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    received.push({ path: new URL(request.url).pathname, headers: request.headers, body: await request.text() });
    return await answer(request);
  });
  try {
    await test({ port: server.addr.port, received });
  } finally {
    await server.shutdown();
  }
}

function post(url: string, options: Partial<Parameters<typeof createPost>[0]> = {}): Promise<Receipt> {
  return createPost({ allows_loopback: true, ...options })({ url, headers: { "x-one": "1" }, body: '{"a":"é"}' });
}

Deno.test("a message is posted as JSON, and 2xx is a receipt", async () => {
  await withReceiver(() => new Response("thanks", { status: 202 }), async ({ port, received }) => {
    assert.deepEqual(await post(`http://127.0.0.1:${port}/hook`), {
      is_delivered: true,
      is_final: false,
      outcome: "202",
    });
    const [{ path, headers, body }] = received as [Received];
    assert.deepEqual([path, body, headers.get("content-type"), headers.get("x-one")], [
      "/hook",
      '{"a":"é"}',
      "application/json",
      "1",
    ]);
  });
});

Deno.test("a redirect is an answer like any other and leads nowhere; 410 is final", async () => {
  const statuses = [301, 302, 307, 308, 400, 404, 410, 500, 503];
  await withReceiver(
    (request) => {
      const status = Number(new URL(request.url).pathname.slice(1));
      return new Response(null, { status, headers: { location: "/200" } });
    },
    async ({ port, received }) => {
      for (const status of statuses) {
        const receipt = await post(`http://127.0.0.1:${port}/${status}`);
        assert.deepEqual(receipt, { is_delivered: false, is_final: status === 410, outcome: String(status) });
      }
      assert.deepEqual(received.map(({ path }) => path), statuses.map((status) => `/${status}`));
    },
  );
});

Deno.test("a name is looked up once, and what was found is connected to, whatever the name says later", async () => {
  await withReceiver(() => new Response(), async ({ port, received }) => {
    let asked = 0;
    const lookUp = () => {
      asked++;
      return Promise.resolve([{ address: asked === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 as const }]);
    };
    const receipt = await post(`http://hooks.invalid:${port}/`, { lookUp });
    assert.deepEqual([receipt.is_delivered, asked, received[0]!.headers.get("host")], [
      true,
      1,
      `hooks.invalid:${port}`,
    ]);
  });
});

Deno.test("what was found is connected to where the environment names a proxy, too", async () => {
  await withReceiver(() => new Response(null, { status: 204 }), async ({ port, received }) => {
    await withReceiver(() => new Response(), async (proxy) => {
      const program = new URL("../../../server/alerts/post_message.ts", import.meta.url);
      const message = { url: `http://127.0.0.1:${port}/`, headers: {}, body: "{}" };
      const code = `const { createPost } = await import(${JSON.stringify(program.href)});
        console.log((await createPost({ allows_loopback: true })(${JSON.stringify(message)})).outcome);`;
      const address = `http://127.0.0.1:${proxy.port}`;
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", code],
        cwd: new URL("../../..", import.meta.url),
        // Read by the runtime when it starts.
        env: { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: address, http_proxy: address, NO_PROXY: "", no_proxy: "" },
        stderr: "inherit",
      }).output();
      assert.equal(new TextDecoder().decode(stdout), "204\n");
      assert.deepEqual([received.length, proxy.received.length], [1, 0]);
    });
  });
});

Deno.test("nothing is sent to this machine where it may not be", async () => {
  await withReceiver(() => new Response(), async ({ port, received }) => {
    for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"]) {
      const receipt = await post(`http://${host}:${port}/`, { allows_loopback: false });
      assert.equal(receipt.is_delivered, false);
      assert.match(receipt.outcome, /its address is not public/);
    }
    assert.deepEqual(received, []);
  });
});

Deno.test("a receiver that does not answer, that is not there, or has no TLS of its own is no receipt", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await withReceiver(() => promise, async ({ port }) => {
    const late = await post(`http://127.0.0.1:${port}/`, { milliseconds: 50 });
    assert.deepEqual(late, { is_delivered: false, is_final: false, outcome: "timed out" });
    const plain = await post(`https://127.0.0.1:${port}/`);
    assert.equal(plain.is_delivered, false);
    const never = new Promise<never>(() => {});
    const unnamed = await post("https://hooks.invalid/", { milliseconds: 50, lookUp: () => never });
    assert.equal(unnamed.outcome, "timed out");
    const stopped = createPost({ allows_loopback: true })(
      { url: `http://127.0.0.1:${port}/`, headers: {}, body: "{}" },
      AbortSignal.abort(),
    );
    assert.equal((await stopped).outcome, "broken off");
    resolve(new Response());
  });
  assert.deepEqual(await post(`http://127.0.0.1:${findFreePort()}/`), {
    is_delivered: false,
    is_final: false,
    outcome: "no connection: ECONNREFUSED",
  });
});

Deno.test("an answer without an end is not read to it", async () => {
  const endless = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024)),
      }),
    );
  await withReceiver(endless, async ({ port }) => {
    assert.equal((await post(`http://127.0.0.1:${port}/`)).outcome, "200");
  });
});

const CHANNEL: AlertChannel = {
  organization_id: "acme",
  id: "c1",
  name: "ops",
  kind: "webhook",
  url: "https://hooks.invalid/x",
  secret: newWebhookSecret((bytes) => bytes.fill(7)),
  created_at: NOW,
};
const ALERT = { organization_id: "acme", id: "a1", type: "alert.test", text: "a <b>", data: {}, raised_at: NOW };

Deno.test("writeMessage() signs a webhook as the standard says, at the time it is sent", () => {
  assert.equal(CHANNEL.secret, `whsec_${"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}`);
  const now = Date.now();
  const { headers, body } = writeMessage(ALERT, CHANNEL, now);
  assert.deepEqual(new Webhook(CHANNEL.secret!).verify(body, { ...headers }), {
    type: "alert.test",
    timestamp: "2026-02-10T12:00:00.000Z",
    data: { organization_id: "acme", text: "a <b>" },
  });
  assert.equal(headers["webhook-id"], "a1");
  assert.throws(() => new Webhook(CHANNEL.secret!).verify(`${body} `, { ...headers }));
});

Deno.test("writeMessage() signs what node:crypto signs", async () => {
  const { createHmac } = await import("node:crypto");
  const { headers, body } = writeMessage(ALERT, CHANNEL, NOW);
  const key = Uint8Array.fromBase64(CHANNEL.secret!.slice("whsec_".length));
  const signature = createHmac("sha256", key).update(`a1.${NOW / 1000}.${body}`).digest("base64");
  assert.deepEqual(headers, {
    "webhook-id": "a1",
    "webhook-timestamp": String(NOW / 1000),
    "webhook-signature": `v1,${signature}`,
  });
});

Deno.test("writeMessage() is a text alone for Slack", () => {
  const { headers, body } = writeMessage(ALERT, { ...CHANNEL, kind: "slack", secret: null }, NOW);
  assert.deepEqual([headers, body], [{}, '{"text":"a &lt;b&gt;"}']);
});
