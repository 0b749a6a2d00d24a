/**
 * What a run of `deno test` came to: its counts from its closing line, its tests from its JUnit report.
 *
 * The closing line alone counts modules that failed to load; the report alone names the tests that were ignored.
 */

/** Tests by what became of them. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** An ignored test; `reason` is what stands in brackets at the end of its name. */
export interface SkippedTest {
  readonly file: string;
  readonly name: string;
  readonly reason: string | undefined;
}

const CLOSING_LINE = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(.*)$/;

/** The counts of a run's closing line; undefined when the run ended without one. */
export function findCounts(output: string): TestCounts | undefined {
  for (const line of stripColors(output).split("\n").reverse()) {
    const [, passed, failed, rest] = CLOSING_LINE.exec(line) ?? [];
    if (passed === undefined || failed === undefined || rest === undefined) continue;
    const ignored = /\| (\d+) ignored/.exec(rest)?.[1] ?? "0";
    return { passed: Number(passed), failed: Number(failed), skipped: Number(ignored) };
  }
  return undefined;
}

/** The ignored tests and steps of a JUnit report; all text in it is escaped, so that tags are only its own. */
export function listSkipped(report: string): SkippedTest[] {
  const skipped: SkippedTest[] = [];
  for (const [, attributes = "", body = ""] of report.matchAll(/<testcase ([^>]*)>([^]*?)<\/testcase>/g)) {
    if (!body.includes("<skipped")) continue;
    const name = readAttribute(attributes, "name");
    skipped.push({ file: readAttribute(attributes, "classname"), name, reason: findReason(name) });
  }
  return skipped;
}

/** The line that ends every run. */
export function formatCounts(counts: TestCounts): string {
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  return counts.skipped === 0 ? line : `${line}, ${counts.skipped} skipped`;
}

/** Text without the escape codes of a terminal's colours. */
export function stripColors(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

/** A reason has at least two words: `findPrice()` ends in no reason. */
function findReason(name: string): string | undefined {
  return /\(([^()]+ [^()]+)\)$/.exec(name)?.[1];
}

function readAttribute(attributes: string, name: string): string {
  const value = new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value.replace(/&(lt|gt|quot|apos|amp|#(\d+)|#x([0-9a-f]+));/gi, (_, entity: string, decimal, hex) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    return ({ lt: "<", gt: ">", quot: '"', apos: "'" } as Record<string, string>)[entity.toLowerCase()] ?? "&";
  });
}
