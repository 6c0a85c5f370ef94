import { expect, test } from 'vitest';
import { linesOf } from '../soak/report.ts';
import { soak } from '../soak/soak.ts';

// Of its own: it kills what others need, and everything goes wrong in it.
const BASE = 9200;

test('after 500 events in a storm, every figure and every notification is as the bank has it', async () => {
  // With this seed each kind of fault of the proxies comes among the first calls.
  const life = { seed: 370, events: 500, accounts: 12, pooled: false };
  const report = await soak({ ...life, kills: 3, base: BASE, minutesMax: 4.5 }, () => {});
  expect(report.differences, linesOf(report).join('\n')).toEqual([]);

  // The storm was one: a soak in fair weather proves nothing.
  expect(report.events).toBeGreaterThan(450);
  expect([...report.kills.values()].reduce((sum, kills) => sum + kills, 0)).toBe(3);
  expect(report.redelivered.events).toBeGreaterThan(0);
  const { bank, firestore } = report.faults;
  for (const fault of ['duplicated', 'retold', 'reordered', 'dropped', 'skewed'])
    expect(bank[fault], fault).toBeGreaterThan(0);
  for (const fault of ['cut', 'reset', 'answersCut', 'slowed', 'blackholed'])
    expect(firestore[fault], fault).toBeGreaterThan(0);
}, 300_000);
