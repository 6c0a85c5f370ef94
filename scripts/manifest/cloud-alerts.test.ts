import { expect, test } from 'vitest';
import { registry } from '../../functions/registry.ts';
import { objectives } from '../../infra/alerts/objectives.ts';
import { cloudAlerts, together, writtenOut } from './cloud-alerts.ts';

const { alerts, charts } = JSON.parse(cloudAlerts(registry)) as {
  alerts: Record<string, { query: string; impact: string; forSeconds: number; summary: string }>;
  charts: readonly { query: string }[];
};

test('what Prometheus records is written out, with what is asked of it asked of each series', () => {
  const query = writtenOut(
    'sum(sum_over_time(counterfoil:runs:increase5m{function="a-b",outcome="done"}[15m]))',
  );
  expect(query).toContain(
    'max_over_time(counterfoil_schedule_run_duration_seconds_count{job=~"counterfoil/.+",job="counterfoil/a-b",outcome="done"}[5m])',
  );
  expect(query).toMatch(/^sum\(sum_over_time\(\(sum by .*\)\)\[15m:1m\]\)\)$/s);
});

test('no query of Cloud Monitoring stands on what only Prometheus records', () => {
  const queries = [...Object.values(alerts), ...charts].map(({ query }) => query);
  expect(queries.filter((query) => /counterfoil:/.test(query))).toEqual([]);
});

test('functions whose alerts differ by name alone share one, with the impact of each', () => {
  const objective = objectives.find(({ name }) => name === 'EventsLate');
  if (!objective) throw new Error('EventsLate is gone');
  expect(together(objective, registry)).toHaveLength(2); // those that wake somebody, and those that can wait
  expect(alerts['events-late-ticket']).toMatchObject({
    summary: expect.stringContaining('$' + '{metric_or_resource.label.function}'),
    impact: expect.stringContaining('- tally-spending: Customers see last month’s spending'),
    forSeconds: 300,
  });
  expect(alerts['schedules-missed-page-republish-unpublished']).toBeDefined();
});
