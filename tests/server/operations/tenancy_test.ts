import assert from "node:assert/strict";
import { type Principal, ROLES } from "../../../core/access.ts";
import { canonical } from "../../../core/usage/formats/canonical.ts";
import type { InputItem } from "../../../core/usage/reader.ts";
import { createOrganization } from "../../../db/organizations.ts";
import { openDatabase } from "../../../db/database.ts";
import { createEnvironment, type Environment } from "../../../server/environment.ts";
import { ingestUsage } from "../../../server/operations/ingest.ts";
import { perform } from "../../../server/operations/operation.ts";
import { makeReport } from "../../../server/operations/reports.ts";
import { deleteRecord, getRecord, listRecords } from "../../../server/operations/usage.ts";

function adminOf(organization_id: string): Principal {
  return { actor: "user:ann", organization_id, is_super_admin: false, permissions: new Set(ROLES.org_admin) };
}

/** Two organizations, each with a record of the id `same`: 1,000 tokens of one, 7 of the other. */
async function withTwoTenants(test: (environment: Environment) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const database = await openDatabase(`${folder}/costops.db`);
  try {
    const environment = createEnvironment(database);
    await createOrganization(database, { id: "other", name: "other" }, { actor: "test", now: 0 });
    await ingest(environment, adminOf("default"), '{"id":"same","model":"gpt-4","prompt_tokens":1000}');
    await ingest(environment, adminOf("other"), '{"id":"same","model":"gpt-4","prompt_tokens":7}');
    await test(environment);
  } finally {
    await database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function ingest(environment: Environment, principal: Principal, text: string): Promise<string[]> {
  async function* items(): AsyncGenerator<InputItem[]> {
    yield [{ line: 1, text, value: JSON.parse(text) }];
  }
  const input = { items: items(), source: "api", format: canonical, defaults: {}, is_dry_run: false };
  const batches = await Array.fromAsync(await perform(ingestUsage, { environment, principal }, input));
  return batches.flat().map(({ outcome }) => outcome.code ?? outcome.outcome);
}

Deno.test("two organizations may use one id, and each reads its own record", async () => {
  await withTwoTenants(async (environment) => {
    const read = (organization: string) =>
      perform(getRecord, { environment, principal: adminOf(organization) }, { id: "same" });
    assert.equal((await read("default"))["input_tokens"], 1000);
    assert.equal((await read("other"))["input_tokens"], 7);
  });
});

Deno.test("a report and a listing have the credential's organization alone", async () => {
  await withTwoTenants(async (environment) => {
    const principal = adminOf("other");
    const report = await perform(makeReport, { environment, principal }, { type: "cost" });
    assert.equal(report.totals["input_tokens"], 7n);
    const list = await perform(listRecords, { environment, principal }, { limit: 10 });
    assert.deepEqual(list.data.map((record) => record["input_tokens"]), [7]);
  });
});

Deno.test("naming another organization is refused for everybody but a super admin", async () => {
  await withTwoTenants(async (environment) => {
    const context = { environment, principal: adminOf("other") };
    const foreign = { organization_id: "default" };
    await assert.rejects(perform(makeReport, context, { type: "cost", ...foreign }), {
      kind: "forbidden_organization",
    });
    await assert.rejects(perform(listRecords, context, { limit: 1, ...foreign }), { kind: "forbidden_organization" });
    await assert.rejects(perform(getRecord, context, { id: "same", ...foreign }), { kind: "forbidden_organization" });
    await assert.rejects(perform(deleteRecord, context, { id: "same", ...foreign }), {
      kind: "forbidden_organization",
    });
    const text = '{"id":"new","model":"gpt-4","prompt_tokens":1,"organization_id":"default"}';
    assert.deepEqual(await ingest(environment, adminOf("other"), text), ["forbidden_organization"]);
  });
});

Deno.test("deleting an id takes the credential's record and leaves the other organization's", async () => {
  await withTwoTenants(async (environment) => {
    await perform(deleteRecord, { environment, principal: adminOf("other") }, { id: "same" });
    const report = (organization: string) =>
      perform(makeReport, { environment, principal: adminOf(organization) }, { type: "cost" });
    assert.equal((await report("default")).totals["input_tokens"], 1000n);
    assert.equal((await report("other")).totals["requests"], 0n);
    await assert.rejects(
      perform(deleteRecord, { environment, principal: adminOf("other") }, { id: "same" }),
      { kind: "deleted" },
    );
  });
});
