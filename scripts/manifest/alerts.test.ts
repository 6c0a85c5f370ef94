import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { registry } from '../../functions/registry.ts';
import { CAN_WAIT, objectives } from '../../infra/alerts/objectives.ts';
import { recorded } from '../../infra/alerts/recorded.ts';
import { type Alert, alertsOf, prometheusRules, RUNBOOKS, runbookOf } from './alerts.ts';
import { three } from './planted.ts';

const alerts = objectives.flatMap((objective) => alertsOf(objective, registry).flat());

describe('a function', () => {
  test.each(registry.map(({ fn }) => [fn.name, fn] as const))(
    '%s is watched, with its own impact',
    (name, fn) => {
      const own = alerts.filter(({ labels }) => labels.function === name);
      expect(own.map(({ annotations }) => annotations.impact)).toContain(fn.impact);
    },
  );

  test('that can wait is one that there is, and wakes nobody', () => {
    const names = registry.map(({ fn }) => fn.name);
    expect(CAN_WAIT.filter((name) => !names.includes(name))).toEqual([]);
    const paging = alerts.filter(({ labels }) => labels.severity === 'page');
    expect(paging.filter(({ labels }) => CAN_WAIT.includes(labels.function ?? ''))).toEqual([]);
  });

  test('that is new is watched as soon as it is in the registry', () => {
    const { groups } = parse(prometheusRules(three)) as { groups: { rules: Alert[] }[] };
    const watched = groups[0]?.rules.flatMap(({ alert, labels }) =>
      labels?.function ? [`${alert} ${labels.function} ${labels.severity}`] : [],
    );
    expect(watched).toEqual([
      'RequestsRefused serve-things page',
      'RequestsRefused serve-things ticket',
      'AppsSlow serve-things ticket',
      'EventsFail track-thing page',
      'EventsLate track-thing page',
      'EventsUnhandled track-thing page',
      'SchedulesMissed sweep-things page',
    ]);
  });
});

describe('a runbook', () => {
  test.each(objectives.map((objective) => [objective.name, objective] as const))(
    'is there for %s, and says what customers lose, how to see it and how to mend it',
    async (name, objective) => {
      const text = await readFile(runbookOf(objective), 'utf8');
      expect(text.split('\n')[0]).toBe(`# ${name}`);
      expect(text.match(/^## .*$/gm)).toEqual([
        '## What customers lose',
        '## How to see it',
        '## How to mend it',
      ]);
    },
  );

  test('is of an alert that there is', async () => {
    const known = [...objectives.map(runbookOf), `${RUNBOOKS}/README.md`];
    expect((await pages()).filter(({ path }) => !known.includes(path)).map(({ path }) => path)).toEqual([]);
  });

  test('names commands, series and pages that there are', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: object };
    const series = recorded.map(({ record }) => record);
    for (const { path, text } of await pages()) {
      const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
      expect(
        commands.filter((name) => !(name in scripts)),
        path,
      ).toEqual([]);
      const asked = text.match(/\bcounterfoil:\w+:\w+/g) ?? [];
      expect(
        asked.filter((name) => !series.includes(name)),
        path,
      ).toEqual([]);
      const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => join(dirname(path), link));
      expect(
        links.filter((link) => !existsSync(link)),
        path,
      ).toEqual([]);
    }
  });
});

async function pages(): Promise<{ path: string; text: string }[]> {
  const paths = (await readdir(RUNBOOKS)).map((name) => join(RUNBOOKS, name));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
}
