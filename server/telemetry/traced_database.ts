/**
 * A database whose work is part of the trace of whoever asked for it.
 */

import { type Attributes, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { AliasNode, type KyselyPlugin, type QueryId, type RootOperationNode, TableNode } from "kysely";
import type { AppendEntry, AppendOptions, AppendOutcome } from "../../db/append.ts";
import { type Database, isPostgresUrl, type Queries, type WriteScope } from "../../db/database.ts";
import { ForwardingDatabase } from "../../db/forwarding_database.ts";

/** The same database. Work that no recorded span has asked for costs nothing. */
export class TracedDatabase extends ForwardingDatabase {
  readonly #tracer: Tracer;
  readonly #attributes: Attributes;

  constructor(database: Database, tracer: Tracer) {
    const attributes = { "db.system.name": isPostgresUrl(database.url) ? "postgresql" : "sqlite" };
    const plugin = traceQueries(tracer, attributes);
    super(database, { reader: database.reader.withPlugin(plugin), scanner: database.scanner.withPlugin(plugin) });
    this.#tracer = tracer;
    this.#attributes = attributes;
  }

  override append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]> {
    const attributes = { "db.operation.name": "append", "costops.records": entries.length };
    return this.#trace("append usage", attributes, () => super.append(entries, options));
  }

  override write<Result>(work: (queries: Queries) => Promise<Result>, scope?: WriteScope): Promise<Result> {
    return this.#trace("write", { "db.operation.name": "write" }, () => super.write(work, scope));
  }

  #trace<Result>(name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result> {
    if (trace.getActiveSpan()?.isRecording() !== true) return work();
    const options = { kind: SpanKind.CLIENT, attributes: { ...this.#attributes, ...attributes } };
    return this.#tracer.startActiveSpan(name, options, async (span) => {
      try {
        return await work();
      } catch (error) {
        // Its text may hold what a client sent; the request's own span and log line say more.
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
  }
}

/** A span from when a query was written until its answer; of one that fails there is none, its request has failed. */
function traceQueries(tracer: Tracer, attributes: Attributes): KyselyPlugin {
  const spans = new WeakMap<QueryId, Span>();
  return {
    transformQuery: ({ node, queryId }) => {
      if (trace.getActiveSpan()?.isRecording() === true) {
        const { operation, table } = describe(node);
        spans.set(
          queryId,
          tracer.startSpan(table === undefined ? operation : `${operation} ${table}`, {
            kind: SpanKind.CLIENT,
            attributes: { ...attributes, "db.operation.name": operation, "db.collection.name": table },
          }),
        );
      }
      return node;
    },
    transformResult: ({ result, queryId }) => {
      spans.get(queryId)?.end();
      spans.delete(queryId);
      return Promise.resolve(result);
    },
  };
}

/** `SelectQueryNode` is a SELECT, of the first table that it reads. */
function describe(node: RootOperationNode): { readonly operation: string; readonly table: string | undefined } {
  const operation = node.kind.replace(/(?:Query)?Node$/, "").toUpperCase();
  const [first] = node.kind === "SelectQueryNode" ? node.from?.froms ?? [] : [];
  const source = first !== undefined && AliasNode.is(first) ? first.node : first;
  const table = source !== undefined && TableNode.is(source) ? source.table.identifier.name : undefined;
  return { operation, table };
}
