import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { PublicError } from '../shared/errors.ts';
import { send } from '../shared/runtime/door.ts';
import { problem } from '../shared/runtime/problem.ts';
import type { LogLine } from './functions.ts';
import { type Exported, type KeptSpan, type Measured, measuredIn, spansIn } from './otlp.ts';

/** Takes what functions tell over OTLP, and their log; keeps the last of it, and answers what it has. */
export type TelemetryReceiver = {
  readonly url: string;
  log(line: LogLine): void;
  /** How much it keeps. */
  kept(): {
    readonly traces: number;
    readonly spans: number;
    readonly metrics: number;
    readonly lines: number;
  };
  stop(): Promise<void>;
};

const SPANS_MAX = 20_000;
const METRICS_MAX = 20_000;
const LINES_MAX = 20_000;

export async function startTelemetryReceiver(port: number, spansMax = SPANS_MAX): Promise<TelemetryReceiver> {
  /** By trace id, whichever was last told of at the end. */
  const traces = new Map<string, KeptSpan[]>();
  /** By function, instance, name and labels; the figures only grow, so the last one is the sum. */
  const metrics = new Map<string, Measured>();
  let lines: LogLine[] = [];
  let spans = 0;

  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, problem(new PublicError(400, 'otlp.unreadable'))));
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  return {
    url: `http://127.0.0.1:${port}`,
    log(line) {
      lines.push(line);
      // Now and then, and not with each.
      if (lines.length > 2 * LINES_MAX) lines = lines.slice(-LINES_MAX);
    },
    kept: () => ({ traces: traces.size, spans, metrics: metrics.size, lines: lines.length }),
    stop: () => new Promise((done) => server.close(() => done()).closeAllConnections()),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://receiver');
    const asked = `${request.method} ${pathname}`;
    const [, traceId] = /^GET \/traces\/([0-9a-f]{32})$/.exec(asked) ?? [];
    if (asked === 'POST /v1/traces') take(spansIn((await json(request)) as Exported));
    else if (asked === 'POST /v1/metrics') measure(measuredIn((await json(request)) as Exported));
    else if (traceId) return send(response, { status: 200, body: { spans: traces.get(traceId) ?? [] } });
    else if (asked === 'GET /traces')
      return send(response, { status: 200, body: { spans: [...traces.values()].flat() } });
    else if (asked === 'GET /logs')
      return send(response, {
        status: 200,
        body: { lines: lines.filter((line) => isOf(line, searchParams)) },
      });
    else if (asked === 'GET /metrics') return send(response, { status: 200, body: [...metrics.values()] });
    else return send(response, problem(new PublicError(404, 'route.not-found')));
    send(response, { status: 200, body: {} });
  }

  function take(told: readonly KeptSpan[]): void {
    for (const span of told) {
      const known = traces.get(span.traceId) ?? [];
      traces.delete(span.traceId);
      traces.set(span.traceId, [...known, span]);
    }
    spans += told.length;
    for (const [traceId, oldest] of traces) {
      if (spans <= spansMax) return;
      traces.delete(traceId);
      spans -= oldest.length;
    }
  }

  function measure(told: readonly Measured[]): void {
    for (const each of told) {
      const key = JSON.stringify([each.function, each.instance, each.name, each.attributes]);
      metrics.delete(key);
      metrics.set(key, each);
    }
    for (const key of metrics.keys()) {
      if (metrics.size <= METRICS_MAX) return;
      metrics.delete(key);
    }
  }
}

/** Whether each field that is asked for has one of its values; a trace is the last part of its resource's name. */
function isOf(line: LogLine, wanted: URLSearchParams): boolean {
  return [...new Set(wanted.keys())].every((field) => {
    const told =
      field === 'trace' ? String(line['logging.googleapis.com/trace']).split('/').at(-1) : line[field];
    return wanted.getAll(field).includes(String(told));
  });
}
