import { type EventFunction, subscriptionOf, topicsOf } from '../../shared/runtime/declared.ts';
import { each, type Resource, text } from './resources.ts';
import { differ, functionsOf, KEPT, must, ofType, one, type Rule, type World } from './world.ts';

const SUBSCRIPTION = 'google_pubsub_subscription';

/** What is told reaches whom it concerns, is kept, tried again, and in the end put aside. */
export const messages: readonly Rule[] = [
  topics,
  subscriptions,
  (world) => functionsOf(world).flatMap((fn) => (fn.trigger === 'event' ? pushed(world, fn) : [])),
];

function topics(world: World): string[] {
  const found = ofType(world, 'google_pubsub_topic');
  return [
    ...differ(
      'the topics',
      found.map((topic) => text(topic, 'name')),
      [...topicsOf(functionsOf(world)), 'secret-rotation'],
    ),
    ...found.flatMap((topic) => {
      const regions = each(topic, 'message_storage_policy.0.allowed_persistence_regions');
      return [
        ...must(
          text(topic, 'message_retention_duration') === '604800s',
          `${topic.address} does not keep its messages for 7 days`,
        ),
        ...must(
          regions.join() === world.region,
          `${topic.address} is kept in ${regions.join() || 'any region'}`,
        ),
      ];
    }),
  ];
}

function subscriptions(world: World): string[] {
  const pushes = functionsOf(world).flatMap((fn) =>
    fn.trigger === 'event' ? [subscriptionOf(fn).name] : [],
  );
  const archives = topicsOf(functionsOf(world)).map((topic) => `archive-${topic}`);
  const all = ofType(world, SUBSCRIPTION);
  return [
    ...differ(
      'the subscriptions',
      all.map((each) => text(each, 'name')),
      [...pushes, ...archives, KEPT.name],
    ),
    ...all.flatMap((subscription) => [
      ...must(hasNoEnd(subscription), `${subscription.address} expires when it is silent`),
      ...must(
        text(subscription, 'retry_policy.0.minimum_backoff') === '10s',
        `${subscription.address} is not tried again after 10 s`,
      ),
      ...must(
        text(subscription, 'retry_policy.0.maximum_backoff') === '600s',
        `${subscription.address} is not tried again every 600 s`,
      ),
      ...must(
        Buffer.byteLength(text(subscription, 'filter')) <= 256,
        `${subscription.address}: its filter is over 256 bytes`,
      ),
      ...must(
        text(subscription, 'enable_message_ordering') !== 'true',
        `${subscription.address} asks for order`,
      ),
      ...must(
        each(subscription, 'push_config').length + each(subscription, 'cloud_storage_config').length === 1,
        `${subscription.address} is neither pushed nor archived`,
      ),
    ]),
  ];
}

function hasNoEnd(subscription: Resource): boolean {
  const [policy] = each(subscription, 'expiration_policy');
  return policy !== undefined && text(policy, 'ttl') === '';
}

function pushed(world: World, fn: EventFunction): string[] {
  const declared = subscriptionOf(fn);
  const found = one(world, SUBSCRIPTION, 'name', declared.name);
  const service = one(world, 'google_cloud_run_v2_service', 'name', fn.name);
  if (!found || !service) return [];
  const email = `push-events@${world.project}.iam.gserviceaccount.com`;
  const ackSeconds = Number(text(found, 'ack_deadline_seconds'));
  const takesSeconds = Number.parseInt(text(service, 'template.0.timeout'), 10);
  return [
    ...must(text(found, 'topic') === declared.topic, `${fn.name} listens to ${text(found, 'topic')}`),
    ...must(
      text(found, 'filter') === (declared.filter ?? ''),
      `${fn.name}: its filter is ${text(found, 'filter')}`,
    ),
    ...must(
      text(found, 'push_config.0.oidc_token.0.service_account_email') === email,
      `${fn.name} is pushed to without our token`,
    ),
    ...must(
      text(found, 'push_config.0.oidc_token.0.audience') === text(service, 'uri'),
      `${fn.name}: the token is not for it`,
    ),
    ...must(
      text(found, 'push_config.0.push_endpoint') === text(service, 'uri'),
      `${fn.name}: its events go elsewhere`,
    ),
    ...must(
      takesSeconds < ackSeconds,
      `${fn.name} may take ${takesSeconds} s, and is sent the event again after ${ackSeconds} s`,
    ),
    ...deadLetter(world, found, declared.topic),
  ];
}

function deadLetter(world: World, found: Resource, topic: string): string[] {
  const name = text(found, 'name');
  const policies = each(found, 'dead_letter_policy');
  const moves = one(world, 'google_pubsub_subscription_iam_member', 'subscription', name);
  if (topic === 'dead-letters')
    return must(policies.length === 0, `${name}: dead letters of dead letters go round for ever`);
  return [
    ...must(
      text(policies[0], 'dead_letter_topic') === `projects/${world.project}/topics/dead-letters`,
      `${name}: what cannot be delivered is lost`,
    ),
    ...must(text(policies[0], 'max_delivery_attempts') === '100', `${name}: it is not tried a hundred times`),
    ...must(
      /gcp-sa-pubsub/.test(text(moves, 'member')) && text(moves, 'role') === 'roles/pubsub.subscriber',
      `${name}: Pub/Sub may not move its dead letters`,
    ),
  ];
}
