import { stringify } from 'yaml';
import type { Registered } from '../../functions/registry.ts';
import type { Alarm, Objective } from '../../infra/alerts/objective.ts';
import { CAN_WAIT, objectives } from '../../infra/alerts/objectives.ts';
import { type Recorded, recorded } from '../../infra/alerts/recorded.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { byName } from './declared.ts';

export const RULES = 'infra/alerts/prometheus-rules.yaml';
export const RUNBOOKS = 'docs/runbooks';

/** An alerting rule as Prometheus reads it. */
export type Alert = {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

/** What is recorded, and then the alerts, each objective's together. */
export function prometheusRules(registry: readonly Registered[]): string {
  const alerts = objectives.flatMap((objective) => alertsOf(objective, registry).flat());
  return `# Made from infra/alerts/objectives.ts and functions/registry.ts by \`npm run manifest\`; what is changed here is overwritten.
${rulesText(recorded, alerts)}`;
}

/** One group, since the rules of a group see what those before them recorded in the same minute. */
export function rulesText(first: readonly Recorded[], alerts: readonly Alert[]): string {
  const groups = [{ name: 'counterfoil', interval: '1m', rules: [...first, ...alerts] }];
  return stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The rules of each alarm of one objective. */
export function alertsOf(objective: Objective, registry: readonly Registered[]): Alert[][] {
  const functions = [...registry].sort(byName).map(({ fn }) => fn);
  return objective.alarms.map((alarm) => {
    const { of } = alarm;
    if (of === undefined) return [alertOf(objective, alarm)];
    return functions.filter(of).map((fn) => alertOf(objective, alarm, fn));
  });
}

function alertOf(objective: Objective, alarm: Alarm, fn?: DeclaredFunction): Alert {
  const { name: alert, about, impact = fn?.impact ?? '' } = objective;
  const severity = alarm.severity === 'by function' ? severityOf(fn) : alarm.severity;
  return {
    alert,
    expr: filledIn(alarm.query, fn),
    ...(alarm.for && { for: alarm.for }),
    labels: { severity, ...(fn && { function: fn.name }) },
    annotations: { summary: filledIn(about, fn), impact, runbook: runbookOf(objective) },
  };
}

export function runbookOf({ name }: Objective): string {
  return `${RUNBOOKS}/${kebab(name)}.md`;
}

/** As in `events-parked` for `EventsParked`. */
export function kebab(name: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

function severityOf(fn: DeclaredFunction | undefined): 'page' | 'ticket' {
  return fn && CAN_WAIT.includes(fn.name) ? 'ticket' : 'page';
}

function filledIn(text: string, fn: DeclaredFunction | undefined): string {
  if (fn === undefined) return text;
  const types = fn.trigger === 'event' ? fn.on.map(({ type }) => type.replace('.', '[.]')) : [];
  // Three ticks, but never so few minutes that a slow start or a deployment is one.
  const missed = fn.trigger === 'schedule' ? Math.max(10, 3 * fn.everyMinutes) : 0;
  return text
    .replaceAll('$function', fn.name)
    .replaceAll('$types', types.join('|'))
    .replaceAll('$missed', `${missed}m`);
}

/** `docs/runbooks/README.md`: where whoever is woken begins. */
export function runbookIndex(registry: readonly Registered[]): string {
  return `<!-- Made from infra/alerts/objectives.ts by \`npm run manifest\`; what is changed here is overwritten. -->
# Runbooks

A page wakes somebody, a ticket is looked at in the morning. Each has a page here that says what customers lose, how to see
it and how to mend it. A function's own impact is in the alert, and in the [event map](../event-map.md).

| alert | who looks | what customers lose | read |
|---|---|---|---|
${objectives.map((objective) => row(objective, registry)).join('\n')}

## Commands and queries
\`npm run parked\`, \`logs\`, \`explain\` and \`rebuild\` act on the local stack while it runs, else on the project in
\`GOOGLE_CLOUD_PROJECT\`; \`--project\` chooses. Each says where it acts, and asks before it changes anything.

\`counterfoil:...:increase5m\` is recorded every minute and looks back five, so a sum of it over time is divided by 5.
Functions that come and go with their work are counted in it from their first event on, which \`increase()\` does not do.

## Back to the release before
Functions are released one by one, and stand others of an older or newer release. \`npm run release\` goes back by itself while it
looks ([decision](../decisions/0024-releases.md)); later, \`npm run release -- --on <cloud-run|knative> --return --function <function>\` gives
all traffic to the revision before. By hand: on Knative \`kubectl get revisions -l serving.knative.dev/service=<function>\` and
\`kubectl edit ksvc <function>\`; on Cloud Run \`gcloud run services update-traffic <function> --to-revisions <revision>=100\`.

## Worse than any alert
A restored database, a lost region, a leaked secret: [disaster](../disaster.md).

## What no alert tells
- That a function for apps does not start: it counts nothing. The platform counts the 5xx that it answers instead.
- How much waits before a function: \`oldest_unacked_message_age\` of its subscription, which Pub/Sub knows.
- What Pub/Sub gave up after 100 tries. EventsStuck tells half a day before; afterwards
  \`npm run parked -- list --reason delivery.attempts-exhausted\` does.
- What waits for an account that never opens: \`npm run parked -- list --reason account.not-opened\`, once a week.
`;
}

function row(objective: Objective, registry: readonly Registered[]): string {
  const alerts = alertsOf(objective, registry).flat();
  const severities = [...new Set(alerts.map(({ labels }) => labels.severity))].sort();
  const [impact, ...others] = new Set(alerts.map(({ annotations }) => annotations.impact));
  const lost = others.length > 0 ? '*each function’s own impact*' : impact;
  const file = runbookOf(objective).slice(RUNBOOKS.length + 1);
  return `| ${[objective.name, severities.join(', '), lost, `[${file}](${file})`].join(' | ')} |`;
}
