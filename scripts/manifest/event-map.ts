import type { Registered } from '../../functions/registry.ts';
import { kinds } from '../../shared/events/kinds.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { allTopics, byName, byTopic, ROOMS } from './declared.ts';

/** `docs/event-map.md`: who starts whom, as a picture and as tables. */
export function eventMap(registry: readonly Registered[]): string {
  const inRooms = ROOMS.flatMap((room) => registry.filter((each) => each.room === room).sort(byName));
  return `<!-- Made from functions/registry.ts by \`npm run manifest\`; what is changed here is overwritten. -->
# Event map

Boxes are functions, rounded boxes are topics. Left out are the arrows of what any function that listens to a topic may
park in \`dead-letters\`, and of those functions that send what was parked or left behind to its own topic once more.

\`\`\`mermaid
flowchart LR
${flowchart(inRooms).join('\n')}
\`\`\`

## Functions
| room | function | starts by | publishes | while it fails |
|---|---|---|---|---|
${inRooms.map(row).join('\n')}

## Topics
| topic | events | published by | listened to by |
|---|---|---|---|
${Object.entries(allTopics(registry))
  .map(([topic, types]) => topicRow(topic, types, inRooms))
  .join('\n')}
`;
}

function flowchart(registry: readonly Registered[]): string[] {
  const topics = Object.keys(allTopics(registry));
  const arrows = registry.flatMap(({ fn }) => [...arrowsIn(fn), ...arrowsOut(fn)]);
  return [
    '  bank{{partner bank}}',
    '  customer{{app}}',
    '  operator{{operator}}',
    '  scheduler{{scheduler}}',
    ...topics.map((topic) => `  topic-${topic}([${topic}])`),
    ...arrows,
  ];
}

function arrowsIn(fn: DeclaredFunction): string[] {
  if (fn.trigger === 'request') return [`  ${fn.caller} --> ${fn.name}`];
  if (fn.trigger === 'schedule') return [`  scheduler -->|${minutes(fn.everyMinutes)}| ${fn.name}`];
  const label = fn.prefix === undefined ? '' : `|${fn.prefix}*|`;
  return [`  topic-${fn.on[0].topic} -->${label} ${fn.name}`];
}

function arrowsOut(fn: DeclaredFunction): string[] {
  if (sendsAnything(fn)) return [];
  return Object.keys(byTopic(fn.publishes)).map((topic) => `  ${fn.name} --> topic-${topic}`);
}

function row({ room, fn }: Registered): string {
  const link = `[${fn.name}](../functions/${room}/${fn.name}/function.ts)`;
  return `| ${[room, link, trigger(fn), topicList(fn), fn.impact].join(' | ')} |`;
}

function trigger(fn: DeclaredFunction): string {
  if (fn.trigger === 'request') return fn.routes.map((route) => `\`${route}\``).join('<br>');
  if (fn.trigger === 'schedule') return minutes(fn.everyMinutes);
  return fn.on.map(({ type }) => `\`${type}\``).join('<br>');
}

/** What was parked or left behind is of any kind. */
function sendsAnything({ publishes }: DeclaredFunction): boolean {
  return kinds.every((kind) => publishes.includes(kind));
}

function topicList(fn: DeclaredFunction): string {
  if (sendsAnything(fn)) return 'any, once more';
  const topics = Object.values(byTopic(fn.publishes));
  return topics
    .flat()
    .map((type) => `\`${type}\``)
    .join('<br>');
}

function topicRow(topic: string, types: readonly string[], registry: readonly Registered[]): string {
  const publishers = registry.filter(
    ({ fn }) => !sendsAnything(fn) && fn.publishes.some((kind) => kind.topic === topic),
  );
  const listeners = registry.filter(({ fn }) => fn.trigger === 'event' && fn.on[0].topic === topic);
  const names = (entries: readonly Registered[]) => entries.map(({ fn }) => fn.name).join('<br>');
  const events = types.map((type) => `\`${type}\``).join('<br>');
  return `| ${[`\`${topic}\``, events, names(publishers), names(listeners)].join(' | ')} |`;
}

function minutes(count: number): string {
  return count === 1 ? 'every minute' : `every ${count} minutes`;
}
