import { CloudEvent, HTTP } from 'cloudevents';
import { expect, test } from 'vitest';
import { PermanentError } from '../errors.ts';
import { accountOpened } from '../events/bank-facts.ts';
import { accountChanged } from '../events/customers.ts';
import type { Draft } from '../events/event.ts';
import { memoryCloud } from '../platform/memory.ts';
import { aFact, eventIn, NOW, TRACEPARENT } from '../testing/builders.ts';
import { type Outgoing, outgoing, publish, toMessage } from './outgoing.ts';

test('what we publish is a valid CloudEvent to the library of its authors', () => {
  const { data, attributes } = aFact('card.cleared', { clearingId: 'clr-1', amountMinor: 3200n });
  const event = HTTP.toEvent({
    headers: { 'content-type': attributes['content-type'] },
    body: Buffer.from(data).toString(),
  });
  if (!(event instanceof CloudEvent)) throw new Error('one event was sent');
  expect(event.validate()).toBe(true);
  expect(event).toMatchObject({
    specversion: '1.0',
    type: 'card.cleared',
    source: '/functions/translate-delivery',
    subject: 'acct-1',
    time: '2026-11-23T09:00:00.000Z',
    traceparent: TRACEPARENT,
    data: { clearingId: 'clr-1', amount: { amountMinor: '3200', currency: 'DKK' } },
  });
});

const by = { functionName: 'some-function', cause: 'cause-1', traceparent: TRACEPARENT, now: NOW };

test('an event comes from its function, or from where it says', () => {
  const data = { accountId: 'acct-1', status: 'open', opened: true };
  const made = (source?: string) =>
    outgoing({ ...by, publishes: [accountChanged] }, [
      { type: 'account.changed', subject: 'acct-1', data, source } as Draft,
    ])[0]?.event.source;
  expect(made()).toBe('/functions/some-function');
  expect(made('/banks/sandbox')).toBe('/banks/sandbox');
});

test('data that its kind cannot encode is refused for good: with where it is wrong, and not what it was', () => {
  const data = { ownerIds: ['uid-ann', 7], currency: 'kroner of DK5000400440116243' };
  const drafts = [{ type: 'account.opened', subject: 'acct-1', data } as unknown as Draft];
  let refusal: unknown;
  try {
    outgoing({ ...by, publishes: [accountOpened] }, drafts);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(PermanentError);
  const { code, facts } = refusal as PermanentError;
  expect(code).toBe('event.unencodable');
  expect(facts.type).toBe('account.opened');
  expect(String(facts.issues).split(', ')).toEqual(
    expect.arrayContaining(['ownerIds.1: invalid_type', 'currency: invalid_format']),
  );
  expect(JSON.stringify(facts)).not.toContain('DK50');
});

test('the type is an attribute too, because subscriptions filter by it', () => {
  const { attributes } = aFact('account.opened');
  expect(attributes).toMatchObject({ type: 'account.opened', traceparent: TRACEPARENT });
});

test('what goes out together goes out in one call a topic', async () => {
  const calls: string[] = [];
  const platform = {
    ...memoryCloud().instance(),
    publish: async (topic: string, messages: readonly unknown[]) =>
      void calls.push(`${topic} ${messages.length}`),
  };
  const event = eventIn(aFact('account.opened'));
  const to = (topic: Outgoing['topic']): Outgoing => ({ topic, event });
  await publish(platform, [to('customers'), to('transactions'), to('customers')]);
  expect(calls).toEqual(['customers 2', 'transactions 1']);
  await publish(platform, []);
  expect(calls).toHaveLength(2);
});

test('a message is readable as the event that it carries', () => {
  const event = eventIn(aFact('account.frozen', { resourceVersion: 2 }));
  expect(eventIn(toMessage(event))).toEqual(event);
});
