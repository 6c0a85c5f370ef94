import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, start } from '../../local/child.ts';
import { type Exported, labelsIn, type WireMetric, type WirePoint } from '../../local/otlp.ts';
import { freePort } from '../../local/ports.ts';

/** A real Prometheus that scrapes what functions tell by OTLP, once a second; `stop` ends both. */
export async function startPrometheus(command: string) {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const samples = new Map<string, number>();
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      const lines = [...samples].map(([series, value]) => `${series} ${value}\n`);
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(lines.join(''));
      return;
    }
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      for (const [series, value] of samplesIn(JSON.parse(Buffer.concat(parts).toString()) as Exported))
        samples.set(series, value);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const port = (server.address() as AddressInfo).port;
  const own = await freePort();
  const config = {
    global: { scrape_interval: '1s' },
    scrape_configs: [
      { job_name: 'otlp', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
    ],
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const lines: string[] = [];
  const child: Child = start(
    [
      command,
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${own}`,
    ],
    { env: {}, onLine: (line) => lines.push(line) },
  );
  const url = `http://127.0.0.1:${own}`;
  let hasEnded = false;
  void child.ended.then(() => (hasEnded = true));
  while (!(await fetch(`${url}/-/ready`).catch(() => undefined))?.ok) {
    if (hasEnded) throw new Error(lines.join('\n'));
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return {
    url,
    otlp: `http://127.0.0.1:${port}`,
    async stop() {
      await child.stop();
      await new Promise((done) => server.close(done).closeAllConnections());
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * As a collector's Prometheus exporter names it. Source:
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus
 */
function samplesIn({ resourceMetrics = [] }: Exported): [string, number][] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const of = textsIn(resource.attributes);
    const who = {
      job: `${of['service.namespace']}/${of['service.name']}`,
      instance: of['service.instance.id'] ?? '',
    };
    const info: [string, number] = [
      seriesOf('target_info', { ...who, service_version: of['service.version'] ?? '' }),
      1,
    ];
    const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
    return [
      info,
      ...metrics.flatMap((metric) =>
        pointsOf(metric).map(([name, labels, value]): [string, number] => [
          seriesOf(name, { ...labels, ...who }),
          value,
        ]),
      ),
    ];
  });
}

function pointsOf({ name, unit, sum, histogram }: WireMetric): [string, Record<string, string>, number][] {
  const base = `${name.replaceAll(/\W/g, '_')}${unit === 's' ? '_seconds' : ''}`;
  const counts = (sum?.dataPoints ?? []).map((point): [string, Record<string, string>, number] => [
    `${base}_total`,
    textsIn(point.attributes),
    Number(point.asInt ?? point.asDouble),
  ]);
  const timed = (histogram?.dataPoints ?? []).flatMap((point) => {
    const labels = textsIn(point.attributes);
    let below = 0;
    const buckets = (point.bucketCounts ?? []).map((count, n): [string, Record<string, string>, number] => {
      below += Number(count);
      return [`${base}_bucket`, { ...labels, le: String(point.explicitBounds?.[n] ?? '+Inf') }, below];
    });
    return [
      ...buckets,
      [`${base}_count`, labels, Number(point.count)] as [string, Record<string, string>, number],
    ];
  });
  return [...counts, ...timed];
}

function textsIn(attributes: WirePoint['attributes']): Record<string, string> {
  return Object.fromEntries(Object.entries(labelsIn(attributes)).map(([key, value]) => [key, String(value)]));
}

function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([label, value]) => `${label.replaceAll(/\W/g, '_')}=${JSON.stringify(value)}`,
  );
  return `${name}{${pairs.sort().join(',')}}`;
}
