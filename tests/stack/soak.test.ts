import { expect, test } from 'vitest';
import { linesOf } from '../soak/report.ts';
import { soak } from '../soak/soak.ts';

// Of its own: it kills what others need, and everything goes wrong in it.
const BASE = 9200;

test('after 500 events and 20 payments in a storm, every figure, every payment and every notification is as the bank has it', async () => {
  // With this seed each kind of fault of the proxies comes among the first calls.
  const life = { seed: 370, events: 500, accounts: 12, pooled: false, payments: 20 };
  const report = await soak({ ...life, kills: 5, base: BASE, minutesMax: 4.5 }, () => {});
  expect(report.differences, linesOf(report).join('\n')).toEqual([]);

  // The storm was one: a soak in fair weather proves nothing.
  expect(report.events).toBeGreaterThan(450);
  expect([...report.kills.values()].reduce((sum, kills) => sum + kills, 0)).toBe(5);
  expect(report.redelivered.events).toBeGreaterThan(0);
  const { ordered, refused } = report.payments;
  expect(ordered + refused).toBe(20);
  expect(ordered).toBeGreaterThan(5);
  const { bank, firestore } = report.faults;
  for (const fault of ['duplicated', 'retold', 'reordered', 'dropped', 'skewed'])
    expect(bank[fault], fault).toBeGreaterThan(0);
  for (const fault of ['cut', 'reset', 'answersCut', 'slowed', 'blackholed'])
    expect(firestore[fault], fault).toBeGreaterThan(0);
}, 300_000);
