import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { inPlace, type Place } from "./program.ts";
import { withoutMade, withServer } from "./remote_place.ts";

/** Eight of ten dollars in a period that is running. */
async function seed(place: Place): Promise<void> {
  const timestamp = new Date().toISOString();
  const usage = { id: "a", timestamp, provider: "openai", model: "gpt-9", input_tokens: 10 };
  assert.equal((await place.run(["ingest"], JSON.stringify(usage))).code, 0);
  await place.run([
    "prices",
    "set",
    "gpt-8",
    "--provider",
    "openai",
    "--input",
    "8",
    "--output",
    "8",
    "--from",
    "2026-01-01",
  ]);
  const spent = { id: "b", timestamp, provider: "openai", model: "gpt-8", input_tokens: 1_000_000 };
  assert.equal((await place.run(["ingest"], JSON.stringify(spent))).code, 0);
  const period = ["--period", "custom", "--since", "2026-01-01", "--until", "2030-12-31"];
  assert.equal((await place.run(["budget", "set", "all", "--amount", "10", ...period])).code, 0);
}

interface Received {
  readonly headers: Headers;
  readonly body: string;
}

async function withReceiver(
  test: (url: string, received: Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    received.push({ headers: request.headers, body: await request.text() });
    return new Response("a secret of the receiver", { status: request.url.endsWith("/broken") ? 500 : 200 });
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}/`, received);
  } finally {
    await server.shutdown();
  }
}

const LOOPBACK = { ALERTS_ALLOW_LOOPBACK: "true" };

Deno.test("alerts run prints what is new and sends it, signed, once", async () => {
  await withReceiver(async (url, received) => {
    await inPlace(async (place) => {
      await seed(place);
      const added = await place.run(["alerts", "channel", "add", "ops", "--url", url]);
      const secret = added.out.trim();
      assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
      await place.run(["alerts", "channel", "add", "team", "--slack", "--url-stdin"], `${url}\n`);
      const first = await place.run(["alerts", "run"]);
      assert.deepEqual(first.out.split("\n").slice(0, 1), [
        "Budget all has reached 80% in 2026-01-01T00:00:00Z/2031-01-01T00:00:00Z: $8.00 of $10.00 are spent, " +
        "1 record without a price not in it",
      ]);
      assert.match(
        first.out,
        /\nNo price for gpt-9 of openai: 1 records of \d{4}-\d\d-\d\d have no cost \(unknown_model\)\n$/,
      );
      assert.equal(first.err, "raised 2 / delivered 4 / to be sent again 0 / failed 0\n");
      const signed = received.filter(({ headers }) => headers.has("webhook-signature"));
      assert.equal(signed.length, 2);
      for (const { headers, body } of signed) new Webhook(secret).verify(body, Object.fromEntries(headers));
      const texts = received.filter(({ headers }) => !headers.has("webhook-signature"));
      assert.deepEqual(Object.keys(JSON.parse(texts[0]!.body)), ["text"]);
      const again = await place.run(["alerts", "run"]);
      assert.deepEqual([again.out, received.length], ["", 4]);
      const listed = await place.run(["alerts", "list"]);
      assert.match(listed.out, /ops, team/);
      const shown = await place.run(["alerts", "channel", "list", "--json"]);
      assert.ok(!shown.out.includes("whsec_"));
    }, LOOPBACK);
  });
});

Deno.test("alerts test says what a channel answered, and nothing that it wrote", async () => {
  await withReceiver(async (url, received) => {
    await inPlace(async ({ run }) => {
      await run(["alerts", "channel", "add", "ops", "--url", url]);
      await run(["alerts", "channel", "add", "broken", "--url", `${url}broken`]);
      const taken = await run(["alerts", "test", "ops"]);
      assert.deepEqual([taken.code, taken.err], [0, 'The channel "ops" has taken a test: 200\n']);
      assert.equal(JSON.parse(received[0]!.body).type, "alert.test");
      const refused = await run(["alerts", "test", "broken"]);
      assert.equal(refused.code, 6);
      assert.equal(refused.err, 'costops: Cannot deliver a test to the channel "broken": 500\n');
      assert.equal((await run(["alerts", "test", "nobody"])).code, 3);
    }, LOOPBACK);
  });
});

Deno.test("a channel on this machine is refused unless the configuration allows it", async () => {
  await inPlace(async ({ run }) => {
    const plain = await run(["alerts", "channel", "add", "ops", "--url", "http://127.0.0.1:9/"]);
    assert.equal(plain.code, 2);
    assert.match(plain.err, /ALERTS_ALLOW_LOOPBACK=true/);
    const refused = await run(["alerts", "channel", "add", "ops", "--url", "https://127.0.0.1:9/"]);
    assert.deepEqual([refused.code, refused.err], [
      2,
      "costops: Cannot send alerts to this very machine: write https:// and a public host, or set " +
      "ALERTS_ALLOW_LOOPBACK=true where costops runs\n",
    ]);
    assert.equal((await run(["alerts", "channel", "add", "ops", "--url", "https://hooks.invalid/"])).code, 0);
    const slack = await run(["alerts", "channel", "add", "team", "--slack", "--url", "https://hooks.invalid/secret"]);
    assert.equal(slack.code, 2);
    assert.match(slack.err, /use --url-stdin/);
    assert.equal((await run(["alerts", "channel", "add", "team"])).code, 2);
    assert.equal((await run(["alerts", "channel", "remove", "ops", "--yes"])).code, 0);
    assert.equal((await run(["alerts", "channel", "remove", "ops", "--yes"])).code, 3);
  });
});

Deno.test("alerts commands say the same on a server", async () => {
  await withServer(async ({ both }) => {
    for (
      const command of [
        ["alerts", "channel", "add", "ops", "--url", "https://127.0.0.1:9/x", "--json"],
        ["alerts", "channel", "list"],
        ["alerts", "channel", "list", "--json"],
        ["alerts", "run"],
        ["alerts", "list"],
        ["alerts", "list", "--json", "--limit", "2"],
        ["alerts", "test", "ops"],
        ["alerts", "channel", "add", "ops", "--url", "https://127.0.0.1:9/x"],
        ["alerts", "channel", "remove", "ops", "--yes"],
        ["alerts", "run", "--json"],
      ]
    ) {
      const { local, remote } = await both(command);
      const hide = (finished: typeof local) => {
        const { out, err, code } = withoutMade(finished);
        const text = out.replace(/whsec_[A-Za-z0-9+/=]+/g, "<secret>").replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
        // A column is as wide as its times, which are written without the zeros at their end.
        return { out: text.replace(/ {2,}/g, "  "), err, code };
      };
      assert.deepEqual(hide(remote), hide(local), command.join(" "));
    }
  }, { seed, variables: LOOPBACK });
});
