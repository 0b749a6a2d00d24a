import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { inPlace } from "./program.ts";

const OPENAI =
  '{"id":"a","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4o","service_tier":"batch",' +
  '"prompt_tokens":1000,"completion_tokens":33,"reported_cost_usd":"0.0016"}';
const UNKNOWN =
  '{"id":"u","timestamp":"2026-01-05T10:00:00Z","provider":"anthropic","model":"claude-sonet-4-5","input_tokens":7}';

Deno.test("costops explain --json: components add up to the cost, to the last digit", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], OPENAI);
    const { out, code } = await run(["explain", "a", "--json"]);
    assert.equal(code, 0);
    const explained = JSON.parse(out);
    // Half of 1,000 x $2.5 and of 33 x $10 a million.
    assert.deepEqual(
      explained.components.map((
        component: Record<string, unknown>,
      ) => [component.unit, component.quantity, component.amount_usd]),
      [
        ["input_tokens", 1000, "0.001250000"],
        ["output_tokens", 33, "0.000165000"],
      ],
    );
    assert.equal(explained.cost_usd, "0.001415000");
    assert.equal(explained.price.source, "catalogue");
    assert.equal(explained.price.modifiers[0].name, "batch");
    assert.deepEqual(explained.reported_cost, {
      text: "0.0016",
      amount_usd: "0.001600000",
      difference_usd: "0.000185000",
    });
  });
});

Deno.test("costops explain: says the record, the arithmetic, where the price is from and what the source said", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest", "--project", "search"], OPENAI);
    const { out } = await run(["explain", "a"]);
    assert.match(out, /^model {7}openai gpt-4o$/m);
    assert.match(out, /^project {5}search$/m);
    assert.match(out, /^input_tokens +1,000 +\$2\.5 \/ 1M tokens +batch x 0\.5 +\$0\.001250000$/m);
    assert.match(out, /^total +\$0\.001415000$/m);
    assert.match(out, /^price {7}the catalogue genai-prices [\d.]+: openai gpt-4o$/m);
    assert.match(out, /^reported {4}0\.0016 US dollars by the source, \$0\.000185000 more than this$/m);
  });
});

Deno.test("costops explain: a record without a price says why, what it used, and the nearest names", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], UNKNOWN);
    const { out, code } = await run(["explain", "u"]);
    assert.equal(code, 0);
    assert.match(out, /^used {8}input_tokens 7$/m);
    assert.match(out, /^cost {8}unknown: unknown_model$/m);
    assert.match(out, /^nearest {5}claude-sonnet-4-5, /m);
    const { cost_usd, unpriced_reason, counts } = JSON.parse((await run(["explain", "u", "--json"])).out);
    assert.deepEqual([cost_usd, unpriced_reason, counts.input_tokens], [null, "unknown_model", 7]);
  });
});

Deno.test("costops explain: what was noticed about a record is said in words", async () => {
  await inPlace(async ({ run }) => {
    await run(["ingest"], '{"id":"q","model":"gpt-4o","prompt_tokens":5}');
    const { out } = await run(["explain", "q"]);
    assert.match(out, /^note {8}assumed_provider: the source names no provider; the model's name told it$/m);
    assert.match(out, /^note {8}assumed_timestamp: the source does not say when/m);
  });
});

Deno.test("costops explain: an unknown id exits 3, another organization's too, a deleted one 5", async () => {
  await inPlace(async ({ run, database }) => {
    await run(["ingest"], OPENAI);
    await run(["admin", "org", "create", "acme"]);
    const unknown = await run(["explain", "nobody"]);
    assert.deepEqual([unknown.code, unknown.out, unknown.err], [3, "", 'costops: Cannot find the record "nobody"\n']);
    const other = await run(["explain", "a", "--org", "acme"]);
    assert.deepEqual([other.code, other.out, other.err], [3, "", 'costops: Cannot find the record "a"\n']);
    const file = new DatabaseSync(database);
    file.exec("delete from usage where id = 'a'; update usage_identity set deleted_at = 1767700000000 where id = 'a'");
    file.close();
    const deleted = await run(["explain", "a"]);
    assert.equal(deleted.code, 5);
    assert.match(deleted.err, /"a": it was deleted at 2026-01-06T11:46:40\.000Z/);
  });
});

Deno.test("costops explain: a cost that its stored price does not give is never shown", async () => {
  await inPlace(async ({ run, database }) => {
    await run(["ingest"], OPENAI);
    const file = new DatabaseSync(database);
    file.exec("update usage set cost_nanos = cost_nanos + 1");
    file.close();
    const { code, out, err } = await run(["explain", "a"]);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /its stored cost does not follow from its stored price; run costops db doctor/);
    const doctor = await run(["db", "doctor"]);
    assert.equal(doctor.code, 1);
    assert.match(
      doctor.out,
      /^WRONG {3}costs: default a: it is stored at 1415001 nano-dollars, its price gives 1415000$/m,
    );
    assert.match(doctor.out, /^ok {6}audit: /m);
    assert.equal(JSON.parse((await run(["db", "doctor", "--json"])).out).ok, false);
  });
});
