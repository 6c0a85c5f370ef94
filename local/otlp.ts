/** One span, in plain words. */
export type KeptSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Who did it. */
  readonly function: string;
  readonly name: string;
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly attributes: Labels;
  readonly events: readonly { readonly name: string; readonly at: string; readonly attributes: Labels }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly error: string | undefined;
};

/** What one process counted or timed, since it started. */
export type Measured = {
  readonly function: string;
  readonly instance: string;
  readonly name: string;
  readonly attributes: Labels;
  /** How often; and the sum of what was measured, where that is more than a count. */
  readonly count: number;
  readonly sum: number | undefined;
};

export type Labels = Readonly<Record<string, string | number | boolean>>;

/** What an exporter posts: OTLP as JSON. Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export type Exported = {
  readonly resourceSpans?: readonly (OfResource & {
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  })[];
  readonly resourceMetrics?: readonly (OfResource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly WireMetric[] }[];
  })[];
};

type OfResource = { readonly resource: { readonly attributes: readonly WireLabel[] } };
type WireLabel = {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
};
type WireSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly WireLabel[];
  readonly events: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes: readonly WireLabel[];
  }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
};
export type WirePoint = {
  readonly attributes: readonly WireLabel[];
  readonly count?: number | string;
  readonly bucketCounts?: readonly (number | string)[];
  readonly explicitBounds?: readonly number[];
  readonly sum?: number;
  readonly asInt?: number | string;
  readonly asDouble?: number;
};
export type WireMetric = {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: { readonly dataPoints: readonly WirePoint[] };
  readonly histogram?: { readonly dataPoints: readonly WirePoint[] };
};

const ERROR = 2;

export function spansIn({ resourceSpans = [] }: Exported): KeptSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const { 'service.name': name = '' } = labelsIn(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => keptSpan(String(name), span)));
  });
}

function keptSpan(name: string, span: WireSpan): KeptSpan {
  const { traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano, status } = span;
  return {
    ...{ traceId, spanId, parentSpanId: parentSpanId || undefined, function: name, name: span.name },
    startedAt: instantOf(startTimeUnixNano),
    milliseconds: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
    attributes: labelsIn(span.attributes),
    events: span.events.map((each) => ({
      name: each.name,
      at: instantOf(each.timeUnixNano),
      attributes: labelsIn(each.attributes),
    })),
    links: span.links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    error: status.code === ERROR ? (status.message ?? 'error') : undefined,
  };
}

export function measuredIn({ resourceMetrics = [] }: Exported): Measured[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const { 'service.name': name = '', 'service.instance.id': instance = '' } = labelsIn(resource.attributes);
    const who = { function: String(name), instance: String(instance) };
    return scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap((metric) =>
        [...(metric.sum?.dataPoints ?? []), ...(metric.histogram?.dataPoints ?? [])].map((point) => ({
          ...who,
          name: metric.name,
          attributes: labelsIn(point.attributes),
          count: Number(point.count ?? point.asInt ?? point.asDouble ?? 0),
          sum: point.sum,
        })),
      ),
    );
  });
}

/** Their values; an integer is text in OTLP's JSON. */
export function labelsIn(attributes: readonly WireLabel[]): Labels {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind = '', content = ''] = Object.entries(value)[0] ?? [];
      return [key, kind === 'intValue' ? Number(content) : content];
    }),
  );
}

function instantOf(unixNanos: string): string {
  return new Date(Number(BigInt(unixNanos) / 1_000_000n)).toISOString();
}
