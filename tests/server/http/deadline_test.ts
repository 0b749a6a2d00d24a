import assert from "node:assert/strict";
import { Deadlines } from "../../../server/http/deadline.ts";

const late = () => new Error("too late");
const never = () => new Promise<never>(() => {});

Deno.test("Deadlines.limit() gives what is ready in time, and the failure of what fails in time", async () => {
  const deadlines = new Deadlines(60_000, late);
  const { promise, resolve } = Promise.withResolvers<number>();
  const given = deadlines.limit(promise);
  const failed = assert.rejects(deadlines.limit(Promise.reject(new Error("of itself"))), { message: "of itself" });
  resolve(7);
  assert.equal(await given, 7);
  // A timer that is left would be found by the test's sanitizer.
  await failed;
});

Deno.test("Deadlines.limit() fails what is late, each after its own time, and goes on", async () => {
  const deadlines = new Deadlines(20, late);
  const ended: string[] = [];
  const first = assert.rejects(deadlines.limit(never()), { message: "too late" }).then(() => ended.push("first"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = assert.rejects(deadlines.limit(never()), { message: "too late" }).then(() => ended.push("second"));
  await Promise.all([first, second]);
  assert.deepEqual(ended, ["first", "second"]);
  assert.equal(await deadlines.limit(Promise.resolve("later")), "later");
});

Deno.test("Deadlines.limit() leaves late work to itself: its end, good or bad, is nobody's any more", async () => {
  const deadlines = new Deadlines(1, late);
  const { promise, reject } = Promise.withResolvers<never>();
  await assert.rejects(deadlines.limit(promise), { message: "too late" });
  reject(new Error("nobody hears this"));
  await promise.catch(() => {});
});
