/**
 * A collector of OpenTelemetry for tests: takes OTLP over HTTP, as JSON, on a free port of loopback.
 */

/** Attributes by name; a name that stands twice is in `repeated`. */
export interface Attributed {
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly repeated: readonly string[];
}

/** One span. */
export interface Span extends Attributed {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** 2 a server's, 3 a client's. */
  readonly kind: number;
  /** 2 is an error. */
  readonly status: number;
}

/** The latest sample of a metric with these attributes: of a histogram the count of its values. */
export interface Sample extends Attributed {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

/** What was collected so far. */
export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** Everything that came, as text. */
  readText(): string;
  readonly spans: Span[];
  /** Names of services that sent something. */
  readonly services: Set<string>;
  findSample(name: string, attributes: Readonly<Record<string, string>>): Sample | undefined;
  stop(): Promise<void>;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}
type Pairs = readonly { readonly key: string; readonly value: Value }[];
interface Point {
  readonly attributes: Pairs;
  readonly count?: string | number;
  readonly asInt?: string | number;
  readonly asDouble?: number;
}
interface Points {
  readonly dataPoints: readonly Point[];
}
interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: Points;
  readonly gauge?: Points;
  readonly histogram?: Points;
}
interface RawSpan extends Omit<Span, "attributes" | "repeated" | "status"> {
  readonly attributes: Pairs;
  readonly status?: { readonly code?: number };
}
interface Resource {
  readonly resource: { readonly attributes: Pairs };
}
interface Body {
  readonly resourceSpans?: readonly (Resource & { readonly scopeSpans: readonly { readonly spans: RawSpan[] }[] })[];
  readonly resourceMetrics?: readonly (Resource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  })[];
}

/** Starts a collector. */
export function startCollector(): Collector {
  const texts: string[] = [];
  const spans: Span[] = [];
  const services = new Set<string>();
  const samples: Sample[] = [];
  const take = ({ resourceSpans = [], resourceMetrics = [] }: Body) => {
    for (const { resource } of [...resourceSpans, ...resourceMetrics]) {
      services.add(String(readPairs(resource.attributes).attributes["service.name"]));
    }
    const raw = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    for (const span of raw) spans.push({ ...span, ...readPairs(span.attributes), status: span.status?.code ?? 0 });
    const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    for (const { name, unit, sum, gauge, histogram } of metrics) {
      for (const point of (sum ?? gauge ?? histogram)?.dataPoints ?? []) {
        const value = Number(point.count ?? point.asInt ?? point.asDouble);
        samples.push({ name, unit, value, ...readPairs(point.attributes) });
      }
    }
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const text = await request.text();
    texts.push(text);
    take(JSON.parse(text));
    return Response.json({});
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    readText: () => texts.join("\n"),
    spans,
    services,
    findSample: (name, wanted) =>
      samples.findLast((sample) =>
        sample.name === name && Object.entries(wanted).every(([key, value]) => sample.attributes[key] === value)
      ),
    stop: () => server.shutdown(),
  };
}

function readPairs(pairs: Pairs): Attributed {
  const names = pairs.map(({ key }) => key);
  const entries = pairs.map(({ key, value }) => {
    const { stringValue, intValue, doubleValue, boolValue } = value;
    return [key, stringValue ?? doubleValue ?? boolValue ?? (intValue === undefined ? "" : Number(intValue))] as const;
  });
  return {
    attributes: Object.fromEntries(entries),
    repeated: names.filter((name, at) => names.indexOf(name) !== at),
  };
}
