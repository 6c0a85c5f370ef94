import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { MAY_FOLLOW } from '../../shared/domain/payment.ts';
import { KEPT_DAYS } from '../../shared/store/inbox.ts';
import { paymentStates } from './payment-states.ts';
import { PAYMENTS, paymentsPage } from './payments.ts';

/** The arrows of a drawing, with those from its box as arrows from each state in it. */
function arrowsIn(drawing: string): string[] {
  const [, box = ''] = /as with_the_bank \{\n([\s\S]*?)\n {2}\}/.exec(drawing) ?? [];
  const within = new Set(box.match(/\w+/g));
  return [...drawing.matchAll(/^ +(\w+) --> (\w+)$/gm)].flatMap(([, from = '', to = '']) =>
    (from === 'with_the_bank' ? [...within] : [from]).map((each) => `${each} ${to}`),
  );
}

test('the drawing has every step that a payment may take, once, and no other', () => {
  const steps = Object.entries(MAY_FOLLOW).flatMap(([from, all]) => all.map((to) => `${from} ${to}`));
  expect(arrowsIn(paymentStates()).sort()).toEqual(steps.map((step) => step.replaceAll('-', '_')).sort());
});

test('a step that no longer may be taken is no longer drawn', () => {
  const drawing = paymentStates({ ...MAY_FOLLOW, held: [] });
  expect(arrowsIn(drawing).filter((step) => step.startsWith('held '))).toEqual([]);
});

test('the page keeps what is written by hand, and what is made is made again', async () => {
  const page = await readFile(PAYMENTS, 'utf8');
  const spoiled = page.replace(/\| `requested` .*\n/, '').replace('# Payments', '# Payments, by hand');
  expect(spoiled).not.toContain('| `requested` |');
  expect(paymentsPage(spoiled)).toBe(page.replace('# Payments', '# Payments, by hand'));
});

test('a page without a place for what is made is refused', () => {
  expect(() => paymentsPage('# Payments')).toThrow('docs/payments.md has no place for drawing');
});

test('the page says for how long a key is remembered', async () => {
  expect(await readFile(PAYMENTS, 'utf8')).toContain(`within ${KEPT_DAYS} days`);
});
