import type { Bug } from './bug.ts';

const TRANSLATE = 'functions/bank/translate-delivery/function.ts';
const PARK = 'functions/operations/park-dead-letter/function.ts';

/** Bugs at the doors: of what banks post, of what is parked, and of what apps read. */
export const doorBugs: readonly Bug[] = [
  {
    name: 'answered-before-it-is-durable',
    foundBy: 'simulator',
    law: 'lost',
    what: 'The bank has its 202 before Pub/Sub has the delivery: what cannot be published is gone.',
    edits: [
      {
        file: 'shared/runtime/on-request.ts',
        find: 'if (writes === undefined) await publish(env.platform, events);',
        replace: 'if (writes === undefined) publish(env.platform, events).catch(() => undefined);',
      },
    ],
  },
  {
    name: 'delivery-named-by-its-webhook-id',
    foundBy: 'simulator',
    law: 'lost',
    what: 'A delivery is named by a header that says nothing of its content: another one under the same id is taken for a repetition.',
    edits: [
      {
        file: 'functions/bank/receive-bank-webhook/function.ts',
        find: 'deliveryIdOf(bank.name, rawBody)',
        replace: "deliveryIdOf(bank.name, Buffer.from(headers['webhook-id'] ?? ''))",
      },
    ],
  },
  {
    name: 'signature-over-parsed-bytes',
    foundBy: 'what-goes-wrong-with-deliveries',
    law: 'lost',
    what: 'The body is parsed and written again before its signature is checked: a bank that spaces its JSON is refused for good.',
    edits: [
      {
        file: 'shared/banks/sandbox/index.ts',
        find: 'const signed = verifyStandardWebhook(posted);',
        replace:
          'const events = readEvents(posted.rawBody);\n    const rawBody = events ? Buffer.from(JSON.stringify({ events })) : posted.rawBody;\n    const signed = verifyStandardWebhook({ ...posted, rawBody });',
      },
    ],
  },
  {
    name: 'archive-keeps-one-a-bank',
    foundBy: 'simulator',
    law: 'explained',
    what: 'The archive takes a delivery for known by the time at which it was received: of two in one millisecond one is kept.',
    edits: [
      {
        file: 'functions/bank/archive-delivery/function.ts',
        find: 'const kept = await readOne(deps, deliveryPath(delivery.bank, delivery.deliveryId));',
        replace:
          "const [kept = await readOne(deps, deliveryPath(delivery.bank, delivery.deliveryId))] = await deps.query({ collection: 'deliveries', where: [['receivedAt', '==', delivery.receivedAt]] });",
      },
    ],
  },
  {
    name: 'poison-blocks-its-delivery',
    foundBy: 'simulator',
    law: 'poison',
    what: 'One event that cannot be read refuses the whole delivery, and the good ones with it.',
    edits: [
      {
        file: TRANSLATE,
        find: 'if (first && body.equals(first.body)) {',
        replace: 'if (first) {',
      },
    ],
  },
  {
    name: 'rest-of-a-long-delivery',
    foundBy: 'what-goes-wrong-with-deliveries',
    law: 'lost',
    what: 'Of a delivery of more than five hundred events the rest is forgotten.',
    edits: [
      {
        file: TRANSLATE,
        find: '...more.map((rest, n) => partOf(event, rest, n + 1)),',
        replace: '',
      },
    ],
  },
  {
    name: 'parked-without-being-durable',
    foundBy: 'redrives',
    law: 'lost',
    what: 'A message that cannot be processed is acknowledged while it is being parked: where that fails it is gone.',
    edits: [
      {
        file: 'shared/runtime/on-event.ts',
        find: 'await publish(env.platform, outgoing(by, [draft(messageParked, { subject: name, data: parked })]));',
        replace:
          'publish(env.platform, outgoing(by, [draft(messageParked, { subject: name, data: parked })])).catch(() => undefined);',
      },
    ],
  },
  {
    name: 'parked-under-a-random-id',
    foundBy: 'redrives',
    law: 'once',
    what: 'A message is parked under a random id: however often it is given up, so often it is redriven.',
    edits: [
      {
        file: 'shared/runtime/dead-letter.ts',
        find: "return idFrom('prk', functionName, id, fingerprint);",
        replace: "return idFrom('prk', functionName, id, fingerprint, String(Math.random()));",
      },
    ],
  },
  {
    name: 'waiting-is-not-looked-at-again',
    foundBy: 'redrives',
    law: 'lost',
    what: 'What is parked while its account opens is seen neither by whom the opening calls nor by itself.',
    edits: [
      {
        file: PARK,
        find: 'events: waitsFor ? [draft(',
        replace: 'events: waitsFor && cameBack ? [draft(',
      },
    ],
  },
  {
    name: 'opening-redrives-nothing',
    foundBy: 'simulator',
    law: 'lost',
    what: 'An account’s opening redrives what waits for it only where it was open before.',
    edits: [
      {
        file: 'functions/operations/redrive-waiting/function.ts',
        find: 'if (!event.data.opened) return {};',
        replace: "if (!event.data.opened || event.data.status === 'open') return {};",
      },
    ],
  },
  {
    name: 'redriven-under-a-new-id',
    foundBy: 'redrives',
    law: 'once',
    what: 'A redrive is a new event: what a repetition had handled meanwhile is handled once more.',
    edits: [
      {
        file: 'shared/runtime/redrive.ts',
        find: 'event: { ...event, to: functionName } } };',
        replace: "event: { ...event, id: event.id + '-again', to: functionName } } };",
      },
    ],
  },
  {
    name: 'redriven-to-everybody',
    foundBy: 'redrives',
    law: 'once',
    what: 'A redrive goes to all who listen to its topic, and not to the one that gave it up.',
    edits: [
      {
        file: 'shared/runtime/redrive.ts',
        find: 'event: { ...event, to: functionName } } };',
        replace: "event: { ...event, id: event.id + '-again' } } };",
      },
    ],
  },
  {
    name: 'account-of-anybody',
    foundBy: 'apps',
    law: 'owners',
    what: 'An account is shown to whoever knows its id: the most common hole there is (OWASP API1:2023).',
    edits: [
      {
        file: 'functions/ledger/serve-accounts/function.ts',
        find: 'if (!account?.ownerIds.includes(uid)) throw',
        replace: 'if (!account) throw',
      },
    ],
  },
  {
    name: 'transaction-of-any-account',
    foundBy: 'apps',
    law: 'owners',
    what: 'Of a single transaction only the account in the path is looked up, and not whose it is.',
    edits: [
      {
        file: 'functions/ledger/serve-accounts/function.ts',
        find: 'const { id } = await ownAccount(deps, request);\n      const transaction = await',
        replace: "const id = request.params.accountId ?? '';\n      const transaction = await",
      },
    ],
  },
  {
    name: 'page-skips-equal-instants',
    foundBy: 'apps',
    law: 'mirror',
    what: 'A page starts after an instant, and not after an entry: of several in one second the customer sees the first.',
    edits: [
      {
        file: 'shared/store/transactions.ts',
        find: "orderBy: [['occurredAt', 'desc']],\n    ...(after && { startAfter: after }),",
        replace: "orderBy: [['occurredAt', 'desc']],\n    ...(after && { startAfter: [after[0], ''] }),",
      },
    ],
  },
  {
    name: 'balance-of-two-moments',
    foundBy: 'apps',
    law: 'mirror',
    what: 'The shards of a balance are read one by one: what moves from one to another between two reads is seen twice, or not at all.',
    edits: [
      {
        file: 'functions/ledger/serve-accounts/function.ts',
        find: "deps.query(balancesOf(request.params.accountId ?? '')),",
        replace: "oneByOne(deps, request.params.accountId ?? ''),",
      },
      {
        file: 'functions/ledger/serve-accounts/function.ts',
        find: "/** Ours and the bank's own figures, as of one moment. */",
        replace: `async function oneByOne(reads: Reads, accountId: string): Promise<Stored[]> {
  const found: Stored[] = [];
  for (const { path } of await reads.query(balancesOf(accountId))) found.push(await readOne(reads, path));
  return found;
}

/** Ours and the bank's own figures, as of one moment. */`,
      },
    ],
  },
];
