/**
 * Spans that repeat what the spans below them used: agents, chains and workflows, and the outer functions of SDKs.
 */

import type { SourceObject } from "../format.ts";
import { findAttribute, findTextAttribute, listItems, type OtlpItem, readHexId } from "./otlp.ts";
import { COUNTERS } from "./otlp_attributes.ts";

/** What a span is by its names alone. */
type Nature = "rollup" | "call" | "unknown";

/**
 * The spans without those that repeat others. By its names a roll-up is known wherever its children are, in another
 * value too. Else the tree within the value tells: a span with counted spans below it repeats them, unless its names
 * make it a call of its own and its counts are not their sum.
 */
export function withoutRollups(counted: readonly OtlpItem[], value: SourceObject): OtlpItem[] {
  const calls = counted.filter((span) => tellNature(span) !== "rollup");
  const below = findBelow(calls, value);
  return calls.filter((span) => {
    const inner = below.get(keyOf(span.item) ?? "");
    if (inner === undefined) return true;
    return tellNature(span) === "call" && !isSum(span, inner);
  });
}

const ROLLUP_OPERATIONS = /^(?:invoke_agent|create_agent|invoke_workflow|execute_tool|agent|chain|workflow|task|tool)$/;
const CALL_OPERATIONS = /^(?:chat|text_completion|completion|generate_content|embeddings?)$/;
const ROLLUP_KINDS = /^(?:agent|chain|tool|retriever|guardrail|evaluator|workflow|task)$/i;
const CALL_KINDS = /^(?:llm|embedding|generation)$/i;
const SDK_FUNCTIONS = /^ai\.(?:generateText|streamText|generateObject|streamObject|embed|embedMany)$/;
const SDK_CALLS = /^ai\.[A-Za-z]+\.do[A-Z]/;

function tellNature({ item, attributes }: OtlpItem): Nature {
  // The AI SDK adds the application's own name for the function: `ai.generateText answer`.
  const name = findTextAttribute(attributes, ["ai.operationId"]) ??
    (typeof item.name === "string" ? item.name.split(" ")[0]! : "");
  if (SDK_CALLS.test(name)) return "call";
  if (SDK_FUNCTIONS.test(name)) return "rollup";
  const kind = findTextAttribute(attributes, ["openinference.span.kind", "traceloop.span.kind"]) ?? "";
  if (CALL_KINDS.test(kind)) return "call";
  if (ROLLUP_KINDS.test(kind)) return "rollup";
  const operation = findTextAttribute(attributes, ["gen_ai.operation.name"]) ?? "";
  if (CALL_OPERATIONS.test(operation)) return "call";
  // An agent that runs elsewhere is a client's call, and may be all that is seen of it.
  const isClient = item.kind === 3 || item.kind === "SPAN_KIND_CLIENT";
  if (ROLLUP_OPERATIONS.test(operation)) return isClient && operation === "invoke_agent" ? "unknown" : "rollup";
  return "unknown";
}

/** For each span of the value the nearest counted spans below it. */
function findBelow(calls: readonly OtlpItem[], value: SourceObject): Map<string, OtlpItem[]> {
  const parents = new Map<string, string>();
  for (const { item } of listItems(value, { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" })) {
    const key = keyOf(item);
    const parent = keyOf({ traceId: item.traceId, spanId: item.parentSpanId });
    if (key !== undefined && parent !== undefined) parents.set(key, parent);
  }
  const counted = new Set(calls.map(({ item }) => keyOf(item)));
  const nearest = new Map<string, string | undefined>();
  const below = new Map<string, OtlpItem[]>();
  for (const span of calls) {
    const key = keyOf(span.item);
    const above = key === undefined ? undefined : findCountedAbove(key, { parents, counted, nearest });
    if (above === undefined) continue;
    const inner = below.get(above);
    if (inner === undefined) below.set(above, [span]);
    else inner.push(span);
  }
  return below;
}

interface Tree {
  readonly parents: ReadonlyMap<string, string>;
  readonly counted: ReadonlySet<string | undefined>;
  /** What was found before, so that no way up is gone twice. */
  readonly nearest: Map<string, string | undefined>;
}

/** The nearest counted span above one; none where the parents lead back to where they began. */
function findCountedAbove(key: string, { parents, counted, nearest }: Tree): string | undefined {
  const passed = new Set([key]);
  let above = parents.get(key);
  let found: string | undefined;
  while (above !== undefined && !passed.has(above)) {
    if (counted.has(above)) found = above;
    else if (nearest.has(above)) found = nearest.get(above);
    if (found !== undefined || nearest.has(above)) break;
    passed.add(above);
    above = parents.get(above);
  }
  if (found === key) found = undefined;
  for (const one of passed) if (!counted.has(one)) nearest.set(one, found);
  return found;
}

function isSum(span: OtlpItem, inner: readonly OtlpItem[]): boolean {
  const sum = (names: readonly string[]) =>
    inner.reduce((total, { attributes }) => total + Number(findAttribute(attributes, names) ?? 0), 0);
  return [COUNTERS.input, COUNTERS.output].every((names) =>
    Number(findAttribute(span.attributes, names) ?? 0) === sum(names)
  );
}

function keyOf(span: SourceObject): string | undefined {
  const trace = readHexId(span.traceId, 16);
  const id = readHexId(span.spanId, 8);
  return trace === undefined || id === undefined ? undefined : `${trace}:${id}`;
}
