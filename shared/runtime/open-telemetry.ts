import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  createAlwaysRecordSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { keptSpans } from './kept-spans.ts';
import { measuresOf } from './measures.ts';
import { observed } from './observed.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

const METRICS_EVERY_MS = 10_000;
// Longer, and whoever waits for the answer waits for us.
const FLUSH_MS = 300;

/**
 * Traces and metrics over OTLP, to the address and with the headers of OpenTelemetry's own variables. Of all traces
 * this share is kept, and what failed or was slow of the others.
 */
export function openTelemetry(
  { function: name, revision }: { function: string; revision: string },
  keptShare: number,
): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': name,
    'service.version': revision,
    'service.namespace': 'counterfoil',
    'service.instance.id': crypto.randomUUID(),
  });
  const spans = keptSpans(new OTLPTraceExporter());
  const tracers = new TracerProvider({
    resource,
    sampler: createAlwaysRecordSampler(
      new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(keptShare) }),
    ),
    spanProcessors: [spans],
  });
  const metrics = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: METRICS_EVERY_MS,
  });
  const meters = new MeterProvider({ resource, readers: [metrics] });
  const tracer = tracers.getTracer('counterfoil');
  const measures = measuresOf(meters.getMeter('counterfoil'));
  const current = new AsyncLocalStorage<Span>();
  let underWay = 0;
  let measuredAt = Date.now();

  async function flush(): Promise<void> {
    const isDue = Date.now() - measuredAt >= METRICS_EVERY_MS;
    if (isDue) measuredAt = Date.now();
    await inTime(Promise.allSettled([spans.forceFlush(), ...(isDue ? [metrics.forceFlush()] : [])]));
  }

  return {
    tracer,
    measures,
    within: (span, act) => current.run(span, act),
    observed: (platform) => observed(platform, { tracer, measures, current: () => current.getStore() }),
    current: () => current.getStore() ?? noTelemetry.current(),
    async during(act) {
      underWay += 1;
      try {
        return await act();
      } finally {
        underWay -= 1;
        // An instance with nothing to do may be frozen as soon as it has answered.
        if (underWay === 0) await flush();
      }
    },
    async close() {
      await inTime(Promise.allSettled([tracers.shutdown(), meters.shutdown()]));
    },
  };
}

async function inTime(sent: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, FLUSH_MS);
  });
  await Promise.race([sent, late]);
  clearTimeout(timer);
}
