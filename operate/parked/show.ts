import { defineCommand } from 'citty';
import { deliveryReceived } from '../../shared/events/partner-bank-webhooks.ts';
import { type Message, type Reads, readOne } from '../../shared/platform/platform.ts';
import { eventIn } from '../../shared/runtime/dead-letter.ts';
import { type AuditEntry, auditFrom, auditOf } from '../../shared/store/audit.ts';
import { inboxPath } from '../../shared/store/inbox.ts';
import type { Parked } from '../../shared/store/parked.ts';
import { openEnvironment } from '../environment.ts';
import { jsonText, textIn } from '../text.ts';
import { readParked } from './read.ts';

export const show = defineCommand({
  meta: {
    name: 'show',
    description: 'All that is known of one: why, what was done about it, and what it holds',
  },
  args: {
    id: { type: 'positional', required: true, description: 'As in prk_4y...' },
    project: { type: 'string', description: 'The project to act on' },
  },
  async run({ args }) {
    const { platform, name } = await openEnvironment(args.project);
    const { parked, message } = await readParked(platform, args.id);
    const audit = auditFrom(await platform.query(auditOf(parked.id)));
    console.log(`In ${name}:\n`);
    const since = await handledSince(platform, parked.function, message);
    for (const line of linesOf({ parked, message, audit, since })) console.log(line);
  },
});

/** What the function's own inbox says: whether it has handled the event, perhaps under another content. */
export async function handledSince(reads: Reads, functionName: string, message: Message): Promise<string> {
  const event = eventIn(message);
  if (!event) return 'no: it is no event';
  const { fields } = await readOne(reads, inboxPath(functionName, event.id));
  if (!fields) return 'no';
  const at = (fields.handledAt as Date).toISOString();
  return fields.fingerprint === (event.fingerprint ?? event.id)
    ? `yes, ${at}`
    : `no, but on ${at} another event of the same id`;
}

export function linesOf(whole: {
  parked: Parked;
  message: Message;
  audit: readonly AuditEntry[];
  since: string;
}): string[] {
  const { parked, message, audit, since } = whole;
  const again = parked.lastParkedAt ? `, last ${parked.lastParkedAt}` : '';
  const event = eventIn(message);
  return [
    `${parked.id} is ${parked.state}`,
    ...rows({
      function: parked.function,
      reason: parked.reason,
      ...Object.fromEntries(Object.entries(parked.facts).map(([key, fact]) => [`  ${key}`, fact])),
      attempts: String(parked.attempts),
      'parked at': parked.parkedAt + again,
      'waits for': parked.waitsFor ?? 'an operator',
      handled: since,
      trace: parked.traceparent,
    }),
    ...section('what operators did', audit.map(auditLine)),
    ...section('attributes', rows(message.attributes)),
    ...section(`bytes (${message.data.length})`, bytesLines(message.data)),
    ...(event ? section('event', pretty(event)) : []),
    ...(event?.type === deliveryReceived.type ? section('its delivery', deliveryLines(event.data)) : []),
  ];
}

function rows(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `  ${name.padEnd(16)} ${value}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function auditLine({ at, by, action, why }: AuditEntry): string {
  return `  ${at} ${action} by ${by}${why ? `: ${why}` : ''}`;
}

/** As text where it is text, else in base64. */
function bytesLines(bytes: Uint8Array): string[] {
  const text = textIn(bytes);
  return text === undefined ? ['in base64:', Buffer.from(bytes).toString('base64')] : [text];
}

function deliveryLines(data: unknown): string[] {
  const { bodyBase64 = '' } = (data ?? {}) as { bodyBase64?: string };
  const body = Buffer.from(bodyBase64, 'base64');
  try {
    return pretty(JSON.parse(body.toString()));
  } catch {
    return bytesLines(body);
  }
}

function pretty(value: unknown): string[] {
  return jsonText(value, 2).split('\n');
}
