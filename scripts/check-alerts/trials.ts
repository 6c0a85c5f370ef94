import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { registry } from '../../functions/registry.ts';
import type { Objective } from '../../infra/alerts/objective.ts';
import { objectives } from '../../infra/alerts/objectives.ts';
import { type Recorded, recorded } from '../../infra/alerts/recorded.ts';
import { type Alert, alertsOf, kebab, rulesText } from '../manifest/alerts.ts';
import { together, writtenOut } from '../manifest/cloud-alerts.ts';
import { mutantsOf } from './mutants.ts';
import { askedByReleases } from './releases.ts';

const SERIES = 'infra/alerts/series';

/** An objective's rules, as they are or with one thing changed. */
export type Trial = {
  readonly of: string;
  /** What its series must notice. */
  readonly change: string | undefined;
  /** Its series, each with those of the rules that have to do with it. */
  readonly on: readonly { readonly series: string; readonly rules: string }[];
};

/** What is recorded has series of its own, since every alert stands on it; then what releases ask, and each objective's. */
export async function allTrials(): Promise<Trial[]> {
  const seriesOf = await readSeries();
  return [
    ...trialsOfRules('recorded', recorded, seriesOf('recorded')),
    ...trialsOfRules('releases', askedByReleases, seriesOf('releases')).filter(
      ({ change }) => !changesNothing(change),
    ),
    ...objectives.flatMap((objective) => trialsOf(objective, seriesOf(kebab(objective.name)))),
  ];
}

function trialsOfRules(of: string, rules: readonly Recorded[], all: readonly string[]): Trial[] {
  const trial = (tried: readonly Recorded[], change?: string): Trial => {
    return { of, change, on: all.map((series) => ({ series, rules: rulesText(tried, []) })) };
  };
  return [trial(rules), ...mutantsOf(rules).map((mutant) => trial(mutant.rules, mutant.change))];
}

/** Within an instance a count only rises, so the highest of a longer window is the same, less what it had before. */
function changesNothing(change = ''): boolean {
  return ['[600s -> [1200s', '[3600s -> [7200s'].includes(change);
}

function trialsOf(objective: Objective, all: readonly string[]): Trial[] {
  const alarms = alertsOf(objective, registry).map((alerts) =>
    alerts.filter((alert) => all.some((series) => concerns(series, alert))),
  );
  const asTheyAre = { of: objective.name, change: undefined, on: tries(all, alarms.flat()) };
  const inCloud = {
    of: `${objective.name} in the cloud`,
    change: undefined,
    on: cloudTries(objective, all, alarms.flat()),
  };
  const changed = alarms.flatMap((alarm, n) =>
    mutantsOf(alarm).map(({ rules, change }) => {
      const affected = all.filter((series) => alarm.some((alert) => concerns(series, alert)));
      return { of: objective.name, change, on: tries(affected, alarms.with(n, [...rules]).flat()) };
    }),
  );
  return [asTheyAre, inCloud, ...changed];
}

/** A few rules are tried much faster than all. */
function tries(all: readonly string[], alerts: readonly Alert[]): Trial['on'] {
  return all.map((series) => {
    const concerned = alerts.filter((alert) => concerns(series, alert));
    return { series, rules: rulesText(neededBy(concerned), concerned) };
  });
}

/** As Cloud Monitoring has them: nothing is recorded, and one alert is for several functions. */
function cloudTries(objective: Objective, all: readonly string[], alerts: readonly Alert[]): Trial['on'] {
  const cloud = together(objective, registry);
  return all.map((series) => {
    const pace = /^evaluation_interval: (\w+)/m.exec(series)?.[1];
    const concerned = alerts.filter((alert) => concerns(series, alert));
    const rules = concerned.map((alert) => ({ ...alert, expr: writtenOut(inCloudOf(alert, cloud), pace) }));
    return { series, rules: rulesText(neededBy(concerned), rules) }; // which some series ask for
  });
}

/** Of an alert that is for several functions, what it says of this one. */
function inCloudOf({ alert, labels }: Alert, cloud: readonly Alert[]): string {
  const same = cloud.filter((each) => each.alert === alert && each.labels.severity === labels.severity);
  const own = same.find((each) => each.labels.function === labels.function);
  if (own) return own.expr;
  return `(${same[0]?.expr}) and on (function) label_replace(vector(1), "function", "${labels.function}", "", "")`;
}

/** Of an alert for each function, the series are of one or two. */
function concerns(series: string, { labels }: Alert): boolean {
  return labels.function === undefined || series.includes(`/${labels.function}"`);
}

/** What these stand on, in the order in which it is recorded. */
function neededBy(alerts: readonly Alert[]): Recorded[] {
  const needed: Recorded[] = [];
  for (const each of recorded.toReversed()) {
    if ([...alerts, ...needed].some(({ expr }) => expr.includes(each.record))) needed.unshift(each);
  }
  return needed;
}

/** The texts of the series of a name: `<name>.yaml`, and at another pace `<name>.<pace>.yaml`. */
async function readSeries(): Promise<(name: string) => string[]> {
  const files = (await readdir(SERIES)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(SERIES, file), 'utf8')));
  return (name) => texts.filter((_, n) => files[n]?.split('.')[0] === name);
}
