import assert from "node:assert/strict";
import type { PriceBook } from "../../core/pricing/price_book.ts";
import { createPriceBook } from "../../core/pricing/price_book.ts";
import { loadBundledCatalogue } from "../../core/pricing/catalogue.ts";
import { holdPriceBook } from "../../server/held_price_book.ts";

async function makeHeld() {
  const catalogue = await loadBundledCatalogue();
  const made: PriceBook[] = [];
  const clock = { now: 0 };
  const held = holdPriceBook(() => {
    const book = createPriceBook(catalogue, []);
    made.push(book);
    return Promise.resolve(book);
  }, () => clock.now);
  return { held, made, clock };
}

Deno.test("holdPriceBook() looks once for all who ask within 10 ms, and again after that", async () => {
  const { held, made, clock } = await makeHeld();
  const [one, other] = await Promise.all([held.priceBook(), held.priceBook()]);
  clock.now = 9;
  assert.equal(await held.priceBook(), one);
  assert.equal(other, one);
  clock.now = 10;
  assert.notEqual(await held.priceBook(), one);
  assert.equal(made.length, 2);
});

Deno.test("holdPriceBook() looks again as soon as it was told to forget", async () => {
  const { held, made } = await makeHeld();
  const one = await held.priceBook();
  held.forget();
  assert.notEqual(await held.priceBook(), one);
  assert.equal(made.length, 2);
});

Deno.test("holdPriceBook() does not hold a failure", async () => {
  const catalogue = await loadBundledCatalogue();
  let asked = 0;
  const held = holdPriceBook(() => {
    asked++;
    return asked === 1 ? Promise.reject(new Error("away")) : Promise.resolve(createPriceBook(catalogue, []));
  }, () => 0);
  await assert.rejects(held.priceBook(), /away/);
  await held.priceBook();
  assert.equal(asked, 2);
});
