import type { Registered } from '../../functions/registry.ts';
import type { Objective } from '../../infra/alerts/objective.ts';
import { objectives } from '../../infra/alerts/objectives.ts';
import { type Recorded, recorded } from '../../infra/alerts/recorded.ts';
import { type Alert, alertsOf, kebab } from './alerts.ts';

export const CLOUD_ALERTS = 'infra/terraform/alerts.json';

/**
 * The alerts for Cloud Monitoring, by name, and one chart for each thing that is counted. It evaluates PromQL but records
 * nothing: what Prometheus records is written out in each query.
 */
export function cloudAlerts(registry: readonly Registered[]): string {
  const alerts = objectives.flatMap((objective) => together(objective, registry));
  const policies = Object.fromEntries(alerts.map((alert) => [nameOf(alert), policyOf(alert)]));
  return `${JSON.stringify({ alerts: policies, charts: recorded.filter(isCounted).map(chartOf) }, null, 2)}\n`;
}

/** The rules of one objective: where they differ by the function's name alone, one for all, since each is paid for. */
export function together(objective: Objective, registry: readonly Registered[]): Alert[] {
  const alarms = alertsOf(objective, registry);
  return objective.alarms.flatMap(({ of, query }, n) => {
    const alerts = alarms[n] ?? [];
    if (of === undefined || /\$(types|missed)/.test(query)) return alerts;
    const severities = [...new Set(alerts.map(({ labels }) => labels.severity))];
    return severities.map((severity) =>
      joined(
        objective,
        query,
        alerts.filter(({ labels }) => labels.severity === severity),
      ),
    );
  });
}

function joined({ about }: Objective, query: string, alerts: readonly Alert[]): Alert {
  const [first] = alerts as [Alert, ...Alert[]];
  const names = alerts.map(({ labels }) => labels.function).join('|');
  const impacts = alerts.map(({ labels, annotations }) => `- ${labels.function}: ${annotations.impact}`);
  return {
    ...first,
    expr: query.replaceAll('function="$function"', `function=~"${names}"`),
    labels: { severity: first.labels.severity ?? '' },
    annotations: {
      ...first.annotations,
      summary: about.replaceAll('$function', '{{ $labels.function }}'),
      impact: [...new Set(impacts)].join('\n'),
    },
  };
}

/** An expression in which nothing stands on what is recorded, at this pace. */
export function writtenOut(expr: string, pace = '1m'): string {
  return expr
    .replaceAll(RECORDED, (_, name: string, selector: string | undefined, window?: string) => {
      const inner = writtenOut(narrowed(exprOf(name), selector?.slice(1, -1)), pace);
      return window ? `(${inner})[${window}:${pace}]` : `(${inner})`;
    })
    .replaceAll(/group_left \((?!\))/g, 'group_left () ('); // else what is in brackets would be taken for labels
}

const RECORDED = /\b(counterfoil:\w+(?::\w+)?)(\{[^}]*\})?(?:\[(\w+)\])?/g;
const SELECTOR = /\{([^}]*)\}/g;
// What `recorded.ts` calls a function is the last part of the job.
const OF_FUNCTION = /\bfunction(=|!=|=~)"([^"]*)"/g;

/** The label of what is recorded becomes that of each series below it. */
function narrowed(expr: string, matchers: string | undefined): string {
  if (!matchers) return expr;
  const below = matchers.replaceAll(OF_FUNCTION, (_, is: string, names: string) =>
    is === '=~' ? `job=~"counterfoil/(${names})"` : `job${is}"counterfoil/${names}"`,
  );
  return expr.replaceAll(SELECTOR, (_, own: string) => `{${own},${below}}`);
}

function exprOf(name: string): string {
  const all = recorded.filter(({ record }) => record === name);
  if (all.length === 0) throw new Error(`${name} is not recorded`);
  return all.map(labelled).join('\nor\n');
}

function labelled({ expr, labels = {} }: Recorded): string {
  return Object.entries(labels).reduce(
    (inner, [label, value]) => `label_replace(${inner}, "${label}", "${value}", "", "")`,
    expr,
  );
}

function nameOf({ alert, labels }: Alert): string {
  return [kebab(alert), labels.severity, labels.function].filter(Boolean).join('-');
}

function policyOf({ alert, expr, for: pause = '0s', labels, annotations }: Alert) {
  const { summary = '', impact, runbook } = annotations;
  return {
    alert,
    severity: labels.severity,
    function: labels.function ?? null,
    query: writtenOut(expr),
    forSeconds: secondsOf(pause),
    summary: withCloudLabels(summary),
    impact,
    runbook,
  };
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function secondsOf(span: string): number {
  return Number(span.slice(0, -1)) * (SECONDS[span.slice(-1)] ?? Number.NaN);
}

/** Cloud Monitoring fills labels in, by another syntax, and no value: the incident's chart shows that. */
function withCloudLabels(summary: string): string {
  return summary
    .replaceAll(/\{\{ with .*?\{\{ end \}\}/g, '')
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '$${metric_or_resource.label.$1}')
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, '…');
}

function isCounted({ record }: Recorded): boolean {
  return record.endsWith(':increase5m');
}

function chartOf({ record }: Recorded) {
  const title = record.split(':')[1]?.replaceAll('_', ' ');
  const by = /^(deliveries|comparisons|inquiries)/.test(title ?? '') ? 'bank' : 'function';
  return { title: `${title} in five minutes, by ${by}`, query: `sum by (${by}) (${writtenOut(record)})` };
}
