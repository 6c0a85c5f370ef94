import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firestore, stack, untilQuiet } from './client.ts';

/** Puts a message into a topic behind everybody's back. */
async function publish(topic: string, message: object): Promise<void> {
  const url = `http://${stack.emulators.pubsub}/v1/projects/${stack.project}/topics/${topic}:publish`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ messages: [message] }) });
  expect(answer.status).toBe(200);
}

test.each([
  ['bank-facts', 'record-transaction'],
  ['dead-letters', 'park-dead-letter'],
])('a message in %s that is no event is parked for %s, and does not come again', async (topic, name) => {
  const mark = randomUUID();
  await publish(topic, { attributes: { mark } }); // without any data
  await publish(topic, { attributes: { mark }, data: Buffer.from(`no event: ${mark}`).toString('base64') });
  await untilQuiet();
  const parked = await firestore.collection('parked').where('attributes.mark', '==', mark).get();
  expect(parked.docs.map((document) => [document.get('function'), document.get('reason')])).toEqual([
    [name, 'event.not-json'],
    [name, 'event.not-json'],
  ]);
});
