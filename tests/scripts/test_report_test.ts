import assert from "node:assert/strict";
import { findCounts, formatCounts, listSkipped } from "../../scripts/test_report.ts";

Deno.test("findCounts() reads the closing line, with steps, ignored tests and colours", () => {
  assert.deepEqual(findCounts("ok | 3 passed | 0 failed (93ms)\n"), { passed: 3, failed: 0, skipped: 0 });
  assert.deepEqual(
    findCounts(
      "\x1b[31mFAILED\x1b[0m | 3 passed (1 step) | 3 failed (2 steps) | 1 ignored (1 step) (93ms)\n\nerror: Test failed\n",
    ),
    { passed: 3, failed: 3, skipped: 1 },
  );
});

Deno.test("findCounts() takes the last closing line, and only a whole line", () => {
  assert.deepEqual(
    findCounts("ok | 9 passed | 0 failed (1ms)\nso: ok | 8 passed | 0 failed\nFAILED | 1 passed | 2 failed (1s)\n"),
    { passed: 1, failed: 2, skipped: 0 },
  );
  assert.equal(findCounts("error: Module not found\n"), undefined);
});

Deno.test("listSkipped() names ignored tests with the reason in brackets at the end", () => {
  const report = `<testsuites><testsuite name="a">
    <testcase name="a &lt;b&gt; &amp; &quot;c&quot; (needs Postgres)" classname="./tests/a_test.ts" time="0.0">
        <skipped/>
    </testcase>
    <testcase name="passes" classname="./tests/a_test.ts" time="0.0">
    </testcase>
    <testcase name="fails" classname="./tests/a_test.ts" time="0.0">
        <failure message="m">&lt;skipped/&gt;</failure>
    </testcase>
    <testcase name="findPrice()" classname="./tests/b_test.ts" time="0.0">
        <skipped/>
    </testcase></testsuite></testsuites>`;
  assert.deepEqual(listSkipped(report), [
    { file: "./tests/a_test.ts", name: 'a <b> & "c" (needs Postgres)', reason: "needs Postgres" },
    { file: "./tests/b_test.ts", name: "findPrice()", reason: undefined },
  ]);
});

Deno.test("formatCounts() names skipped tests only when there are any", () => {
  assert.equal(formatCounts({ passed: 12, failed: 0, skipped: 0 }), "12 passed, 0 failed");
  assert.equal(formatCounts({ passed: 12, failed: 1, skipped: 2 }), "12 passed, 1 failed, 2 skipped");
});
