import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { atApi, bankEvent, deliver, firestore, newCustomer, signedDelivery, untilQuiet } from './client.ts';
import { atOperators, newOperator, parked } from './operators.ts';

/** An account that another bank seems to have, so that its own bank's word about it is parked. */
async function aParkedOpening() {
  const accountId = `acct_${randomUUID()}`;
  const customer = await newCustomer();
  const document = firestore.doc(`accounts/${accountId}`);
  await document.create({ schema: 1n, id: accountId, bank: 'another', ownerIds: [], status: 'open' });
  const opened = bankEvent('account.opened', accountId, { ownerRefs: [customer.uid], currency: 'DKK' });
  await deliver(signedDelivery(JSON.stringify({ events: [opened] })));
  await untilQuiet();
  const found = await firestore.collection('parked').where('facts.accountId', '==', accountId).get();
  const mine = found.docs.find((each) => each.get('function') === 'track-account');
  return { accountId, customer, id: mine?.id ?? 'none', mend: () => document.delete() };
}

const stateOf = async (id: string) => (await firestore.doc(`parked/${id}`).get()).get('state');
const audit = async (id: string) => {
  const found = await firestore.collection('audit').where('parkedId', '==', id).get();
  return found.docs.map((entry) => [entry.get('action'), entry.get('why')]);
};

test('an operator finds what is parked, sees what a redrive would do, and redrives it by the command line', async () => {
  const { accountId, customer, id, mend } = await aParkedOpening();
  const list = await parked('list', '--function', 'track-account', '--reason', 'account.other-bank');
  expect(list.code).toBe(0);
  expect(list.output).toMatch(/^In project demo-counterfoil, the emulator at 127\.0\.0\.1:\d+:$/m);
  expect(list.output).toMatch(
    new RegExp(`^${id} +track-account +account.other-bank +1 +20.*Z +waiting$`, 'm'),
  );

  const show = await parked('show', id);
  expect(show.code).toBe(0);
  for (const part of ['account.other-bank', accountId, `"${customer.uid}"`, '"type": "account.opened"'])
    expect(show.output).toContain(part);
  expect(show.output).toMatch(/handled +no$/m);

  const useless = await parked('redrive', id, '--dry-run');
  expect(useless).toMatchObject({
    code: 0,
    output: expect.stringContaining('it would be parked again: account.other-bank'),
  });
  await mend();
  const dry = await parked('redrive', id, '--dry-run');
  expect(dry.output).toContain(`accounts/${accountId} (new)`);
  expect(dry.output).toContain('+ status: "open"');
  expect(dry.output).toContain(`then account.changed about ${accountId} goes to customers`);
  const unasked = await parked('redrive', id);
  expect(unasked).toMatchObject({ code: 1, output: expect.stringContaining('Nothing was changed') });
  expect([await stateOf(id), await audit(id)]).toEqual(['waiting', []]);
  expect((await atApi(`/v1/accounts/${accountId}`, customer.idToken)).status).toBe(404);

  for (const _ of ['once', 'twice']) {
    const redriven = await parked('redrive', id, '--yes');
    expect(redriven).toMatchObject({
      code: 0,
      output: expect.stringContaining(`${id} is redriven to track-account.`),
    });
    await untilQuiet();
  }
  expect((await atApi(`/v1/accounts/${accountId}`, customer.idToken)).body).toMatchObject({ status: 'open' });
  expect((await parked('show', id)).output).toMatch(/handled +yes, 20/);
  expect(await audit(id)).toEqual([
    ['redrive', undefined],
    ['redrive', undefined],
  ]);
});

test('what an operator drops says why for ever, and is not redriven any more', async () => {
  const { id } = await aParkedOpening();
  expect((await parked('drop', id, '--yes')).code).toBe(1);
  const dropped = await parked('drop', id, '--why', 'the bank tried something', '--yes');
  expect(dropped).toMatchObject({ code: 0, output: expect.stringContaining(`${id} is dropped.`) });
  expect([await stateOf(id), await audit(id)]).toEqual(['dropped', [['drop', 'the bank tried something']]]);
  const redriven = await parked('redrive', id, 'prk_none', '--yes');
  expect(redriven).toMatchObject({ code: 1, output: expect.stringContaining('it was dropped') });
  expect(redriven.output).toContain('Nothing is parked as prk_none');
  expect((await parked('redrive', id, '--dryrun')).output).toContain('--dryrun is no option here');
});

test('operators do the same over HTTPS, each under their own name; nobody else may', async () => {
  const { accountId, customer, id, mend } = await aParkedOpening();
  const operator = await newOperator();
  const refused = await atOperators(`/${id}`, customer.idToken);
  expect([refused.status, refused.body.code]).toEqual([403, 'operator.role-missing']);
  const whole = await atOperators(`/${id}`, operator.idToken);
  expect(whole.body).toMatchObject({ id, state: 'waiting', event: { type: 'account.opened' } });
  expect(JSON.stringify(whole.body)).not.toContain(customer.uid);

  await mend();
  expect((await atOperators(`/${id}/redrive`, operator.idToken, {})).status).toBe(202);
  await untilQuiet();
  expect((await atApi(`/v1/accounts/${accountId}`, customer.idToken)).status).toBe(200);
  const late = await atOperators(`/${id}/drop`, operator.idToken, { why: 'too late' });
  expect([late.status, late.body.code]).toEqual([409, 'parked.not-waiting']);
  const after = await atOperators(`/${id}`, operator.idToken);
  expect(after.body).toMatchObject({ state: 'redriven', audit: [{ action: 'redrive', by: operator.uid }] });
});
