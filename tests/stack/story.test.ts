import { execFileSync } from 'node:child_process';
import { expect, inject, test } from 'vitest';
import { stack } from './client.ts';

const story = inject('story');

test('npm start says ready after a table of addresses, and its story ends with the right balance', () => {
  expect(story).toContain('ready');
  expect(story.find((line) => line.includes('apps and webhooks'))).toContain(stack.api);
  // 25,000.00 salary, 36.00 for a coffee authorised at 32.00, 4.00 back, 250.00 to a friend.
  expect(story).toContain('The app and the bank agree: 24,718.00 DKK.');
  expect(story).toContain('  the app sees  booked 25,000.00  held 32.00  available 24,968.00');
});

test('Ida’s phone shows her salary, her coffee and whom she paid, each once', () => {
  const shows = story.filter((line) => line.startsWith('  the phone shows'));
  expect(shows.slice(0, 6)).toEqual([
    '  the phone shows   nothing',
    '  the phone shows   nothing',
    '  the phone shows   Havnens Bageri ApS  +25.000,00 kr. er gået ind',
    // What follows for the coffee changes its notification in silence.
    ...Array.from({ length: 3 }, () => '  the phone shows   Kaffebaren  -32,00 kr.'),
  ]);
  const paid = /^ {2}the phone shows {3}Bo Holm {2}-250,00 kr\.(, sendt .+| er på vej)$/;
  expect(shows.slice(6)).toEqual([expect.stringMatching(paid), expect.stringMatching(paid)]);
});

test('each step shows its way, one line per hop with its milliseconds', () => {
  const from = story.findIndex((line) => line.startsWith('It clears with a tip'));
  const end = story.findIndex((line, n) => n > from && line.startsWith('  the app sees'));
  const hops = story.slice(from + 1, end).join('\n');
  for (const name of [
    'receive-bank-webhook',
    'archive-delivery',
    'translate-delivery',
    'record-transaction',
    'compose-notification',
  ]) {
    expect(hops).toMatch(new RegExp(`\\+ *\\d+ ms +${name} .*\\d+ ms`));
  }
});

test('what it prints to try next works when pasted', () => {
  const from = story.findIndex((line) => line.startsWith('Try next'));
  const pasted = story.slice(from + 1).filter((line) => line.startsWith('  '));
  expect(pasted).toHaveLength(9);
  const run = (lines: readonly string[]) =>
    execFileSync('bash', ['-c', `set -e\n${lines.join('\necho\n')}`], { encoding: 'utf8' });
  expect(run(pasted.slice(6, 7))).toContain(
    '24718.00 DKK booked and 0.00 DKK held are the sum of 3 transactions',
  );
  expect(run(pasted.slice(7, 8))).toContain('.local/coffee.html explains transaction txn_');
  expect(run(pasted.slice(8))).toMatch(/pay_\S+ is sent: 250.00 DKK to Bo Holm, ordered by/);
  const output = run(pasted.slice(0, 6));
  const [, accounts, feed, notifications, purchase, payment] = output
    .split('\n')
    .map((line) => (line ? JSON.parse(line) : undefined));
  expect(accounts.items[0]).toMatchObject({ currency: 'DKK', bookedMinor: '2471800', heldMinor: '0' });
  // Newest first; the coffee, its clearing and its refund are one item.
  expect(feed.items.map((item: { amountMinor: string }) => item.amountMinor)).toEqual([
    '25000',
    '3200',
    '2500000',
  ]);
  expect(notifications.items).toMatchObject([
    { kind: 'spending', title: 'Bo Holm' },
    { kind: 'spending', title: 'Kaffebaren' },
  ]);
  expect(purchase).toHaveProperty('authorisationId');
  expect(payment).toMatchObject({ state: 'requested', amount: { amountMinor: '1000' } });
});

test('stack.json holds what others find the stack by', () => {
  expect(stack).toMatchObject({
    project: 'demo-counterfoil',
    api: 'http://127.0.0.1:8600',
    bank: 'http://127.0.0.1:8690',
    fcm: 'http://127.0.0.1:8692',
    emulators: { firestore: '127.0.0.1:8680', pubsub: '127.0.0.1:8685', auth: '127.0.0.1:8695' },
    webhookSecrets: { sandbox: [expect.stringMatching(/^whsec_/), expect.stringMatching(/^whsec_/)] },
  });
  expect(stack.functions['receive-bank-webhook']?.url).toBe('http://127.0.0.1:8601');
});
