import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { Topic } from '../../shared/events/event.ts';
import { googlePlatform } from '../../shared/platform/google.ts';
import { googleRestPlatform } from '../../shared/platform/google-rest.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { Message, Platform } from '../../shared/platform/platform.ts';

/** A platform that is empty, and a way to see what was published on it. */
export type Place = {
  readonly platform: Platform;
  /** Makes the topic where topics have to be made, and returns how to take what arrives in it. */
  listen(topic: Topic): Promise<(count: number) => Promise<Message[]>>;
};

export function inMemory(): Place {
  const cloud = memoryCloud();
  const published: { topic: Topic; message: Message }[] = [];
  cloud.onPublish((topic, message) => published.push({ topic, message }));
  return {
    platform: cloud.instance(),
    listen: async (topic) => async () =>
      published.flatMap((each) => (each.topic === topic ? [each.message] : [])),
  };
}

/** Either of our transports on the emulators, in a project of its own. */
export const byGoogleClients = () => onEmulators(googlePlatform);
export const overRest = () => onEmulators(googleRestPlatform);

export function onEmulators(
  open: (names: { projectId: string }) => Platform,
  projectId = `demo-${randomBytes(6).toString('hex')}`,
): Place {
  const variables = inject('emulators');
  Object.assign(process.env, variables);
  const pubsub = (path: string, method: string, body: object) =>
    fetch(`http://${variables.PUBSUB_EMULATOR_HOST}/v1/projects/${projectId}/${path}`, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

  return {
    platform: open({ projectId }),
    async listen(topic) {
      const subscription = `subscriptions/listen-${topic}`;
      await pubsub(`topics/${topic}`, 'PUT', {});
      await pubsub(subscription, 'PUT', { topic: `projects/${projectId}/topics/${topic}` });
      return async (count) => {
        const messages: Message[] = [];
        while (messages.length < count) {
          const answer = await pubsub(`${subscription}:pull`, 'POST', { maxMessages: 1000 });
          const { receivedMessages = [] } = (await answer.json()) as { receivedMessages?: Received[] };
          for (const { message } of receivedMessages) {
            const data = Buffer.from(message.data, 'base64');
            messages.push({ data, attributes: message.attributes ?? {} });
          }
          const ackIds = receivedMessages.map(({ ackId }) => ackId);
          if (ackIds.length > 0) await pubsub(`${subscription}:acknowledge`, 'POST', { ackIds });
        }
        return messages;
      };
    },
  };
}

type Received = { ackId: string; message: { data: string; attributes?: Record<string, string> } };
