import assert from "node:assert/strict";
import { formatUsd } from "../../core/money.ts";
import { priceUsage } from "../../core/pricing/cost.ts";
import { readOwnPrice } from "../../core/pricing/own_price.ts";
import { installCatalogue } from "../../db/catalogues.ts";
import { setPrice } from "../../db/prices.ts";
import { createEnvironment, type Environment } from "../../server/environment.ts";
import { forEachDatabase } from "../db/for_each_database.ts";
import { makeRecord, NOON } from "../db/records.ts";

const ACT = { actor: "cli:ann", now: NOON, is_preview: false };

async function priceOf(environment: Environment, model: string): Promise<string | null> {
  const { amount } = priceUsage(
    makeRecord({ model, input_tokens: 1000, output_tokens: 0 }),
    await environment.priceBook(),
  );
  return amount === null ? null : formatUsd(amount);
}

forEachDatabase("priceBook() is made once, and anew when an own price is set", async ({ open }) => {
  const database = await open();
  const environment = createEnvironment(database);
  const [first, atOnce] = await Promise.all([environment.priceBook(), environment.priceBook()]);
  assert.equal(first, atOnce);
  assert.equal(await environment.priceBook(), first);
  assert.equal(await priceOf(environment, "gpt-4"), "0.030000000");
  const input = { provider: "openai", model: "gpt-4", rates: { input_mtok: "20" } };
  await setPrice(database, readOwnPrice(input, { id: "p1", organization_id: "default", from: NOON }), ACT);
  assert.notEqual(await environment.priceBook(), first);
  assert.equal(await priceOf(environment, "gpt-4"), "0.020000000");
});

forEachDatabase("priceBook() is of the catalogue that was taken in last", async ({ open }) => {
  const database = await open();
  const environment = createEnvironment(database);
  assert.match(await environment.priceBookVersion(), /^genai-prices \d+\.\d+\.\d+$/);
  assert.equal((await environment.priceBook()).version, await environment.priceBookVersion());
  const models = [{ id: "gpt-4", match: { equals: "gpt-4" }, prices: { input_mtok: 10 } }];
  await installCatalogue(database, { version: "mine 1", json: JSON.stringify([{ id: "openai", models }]) }, ACT);
  assert.equal(await environment.priceBookVersion(), "mine 1");
  assert.equal((await environment.priceBook()).version, "mine 1");
  assert.equal(await priceOf(environment, "gpt-4"), "0.010000000");
  assert.equal(await priceOf(environment, "gpt-4o"), null);
});
