import type { Bug } from './bug.ts';

const INBOX = 'shared/runtime/inbox.ts';
const COMMIT = 'const version = await env.platform.commit([...created, ...decided.writes]);';
const READ = 'const found = await readInbox(env, at);\n      if (found) {';

/** Bugs of once: what is committed, published and acknowledged, and in which order. */
export const runtimeBugs: readonly Bug[] = [
  {
    name: 'body-in-the-log',
    foundBy: 'personal-data',
    law: 'private',
    what: 'What a bank or an app posted is logged whole, for a day, to find out about a mistake.',
    edits: [
      { file: 'shared/runtime/log.ts', find: "  'account',\n", replace: "  'account',\n  'body',\n" },
      {
        file: 'shared/runtime/on-request.ts',
        find: "log.info(about, 'answering');",
        replace: "log.info({ ...about, body: raw.rawBody.toString() }, 'answering');",
      },
    ],
  },
  {
    name: 'text-in-a-label',
    foundBy: 'personal-data',
    law: 'private',
    what: 'A span says whose money it is, so that support finds it faster.',
    edits: [
      {
        file: 'shared/runtime/on-event.ts',
        find: "'counterfoil.outcome': outcome };",
        replace:
          "'counterfoil.outcome': outcome, 'counterfoil.data': JSON.stringify(message.data.toString()) };",
      },
    ],
  },
  {
    name: 'inbox-after-the-work',
    foundBy: 'simulator',
    law: 'once',
    what: 'The inbox entry has a commit of its own after the work: a crash between them does the work again, and its follow-ups are lost.',
    edits: [
      {
        file: INBOX,
        find: COMMIT,
        replace: `await env.platform.commit([...createInbox(at + randomUUID(), entry), ...decided.writes]);
    const version = await env.platform.commit(created);`,
      },
    ],
  },
  {
    name: 'inbox-before-the-work',
    foundBy: 'simulator',
    law: 'lost',
    what: 'Marked as handled before the work succeeded, as many webhook tutorials do it: a crash between them loses the event.',
    edits: [
      {
        file: INBOX,
        find: COMMIT,
        replace: `const version = await env.platform.commit(created);
    if (decided.writes.length > 0) await env.platform.commit([...createInbox(at + randomUUID(), entry), ...decided.writes]);`,
      },
    ],
  },
  {
    name: 'increment-outside-the-inbox',
    foundBy: 'simulator',
    law: 'once',
    what: 'The balance moves in a commit after that of the transaction and its inbox entry: a crash between them leaves it behind for good.',
    edits: [
      {
        file: INBOX,
        find: COMMIT,
        replace: `const increments = decided.writes.filter((each) => each.do === 'increment');
    const version = await env.platform.commit([...created, ...decided.writes.filter((each) => each.do !== 'increment')]);
    if (increments.length > 0) await env.platform.commit([...createInbox(at + randomUUID(), entry), ...increments]);`,
      },
    ],
  },
  {
    name: 'increment-retried-alone',
    foundBy: 'simulator',
    law: 'once',
    what: 'An increment is a commit of its own with nothing that can exist already: Google’s client applies it twice when its answer is lost, and says OK.',
    edits: [
      {
        file: INBOX,
        find: COMMIT,
        replace: `const increments = decided.writes.filter((each) => each.do === 'increment');
    const version = await env.platform.commit([...created, ...decided.writes.filter((each) => each.do !== 'increment')]);
    if (increments.length > 0) await env.platform.commit(increments);`,
      },
      {
        file: 'shared/store/commit.ts',
        find: "if (increments.length > 0 && writes[0]?.do !== 'create') throw",
        replace: "if (increments.length > 0 && writes[0]?.do === 'delete') throw",
      },
    ],
  },
  {
    name: 'published-before-the-commit',
    foundBy: 'simulator',
    law: 'once',
    what: 'Follow-ups go out before the commit that they tell of: when it fails, others have heard what never became true.',
    edits: [{ file: INBOX, find: COMMIT, replace: `await publish(env.platform, events);\n    ${COMMIT}` }],
  },
  {
    name: 'follow-ups-computed-again',
    foundBy: 'simulator',
    law: 'once',
    what: 'Whoever comes again decides again what followed, by the state that the first one left: mostly nothing.',
    edits: [
      {
        file: INBOX,
        find: 'await publishEntry(env, found);\n        if (found.attempt',
        replace:
          'await publishEntry(env, { ...found, events: (await decide()).events });\n        if (found.attempt',
      },
    ],
  },
  {
    name: 'already-exists-is-success',
    foundBy: 'simulator',
    law: 'lost',
    what: 'A refused create is taken for a repeated event that somebody has handled to its end: it was our own commit, or one that crashed before it published.',
    edits: [
      {
        file: INBOX,
        find: READ,
        replace: `if (error instanceof StoreError && error.code === alreadyExists) return { outcome: 'repeated', answer: undefined };\n      ${READ}`,
      },
    ],
  },
  {
    name: 'error-known-by-its-message',
    foundBy: 'what-goes-wrong-with-deliveries',
    law: 'lost',
    what: 'The inbox is read only where the error’s text says so; the emulator’s text, production’s and a client’s own are three.',
    edits: [
      {
        file: INBOX,
        find: READ,
        replace: `const found = /already exists/i.test(String(error)) ? await readInbox(env, at) : undefined;\n      if (found) {`,
      },
    ],
  },
  {
    name: 'blind-overwrite',
    foundBy: 'simulator',
    law: 'order',
    what: 'What is replaced carries no precondition of what was read: of two at once the later one wins, and the other’s part is gone from the transaction.',
    edits: [
      {
        file: INBOX,
        find: COMMIT,
        replace: `const writes = await Promise.all(
      decided.writes.map(async (each) =>
        each.do === 'replace' ? { ...each, read: await readOne(env.platform, each.read.path) } : each,
      ),
    );
    const version = await env.platform.commit([...created, ...writes]);`,
      },
    ],
  },
  {
    name: 'dedupe-in-memory',
    foundBy: 'simulator',
    law: 'once',
    what: 'What was handled is known to the process alone: after a restart, and beside another instance, nobody knows it.',
    edits: [
      {
        file: INBOX,
        find: COMMIT,
        replace: `const version = await env.platform.commit([...createInbox(at + randomUUID(), entry), ...decided.writes]);
    handledBy.set(env.turns, (handledBy.get(env.turns) ?? new Set()).add(at));`,
      },
      {
        file: INBOX,
        find: '  const attempt = randomUUID();',
        replace: `  if (handledBy.get(env.turns)?.has(at)) return { outcome: 'repeated', answer: undefined };\n  const attempt = randomUUID();`,
      },
      {
        file: INBOX,
        find: 'const TRIES = 20;',
        replace: `const handledBy = new WeakMap<Env['turns'], Set<string>>();\nconst TRIES = 20;`,
      },
    ],
  },
  {
    name: 'follow-up-ids-collide',
    foundBy: 'ids',
    law: 'once',
    what: 'A follow-up’s id does not name its function: what two functions tell of one cause has one id, and whoever listens to both handles one.',
    edits: [
      {
        file: 'shared/runtime/outgoing.ts',
        find: "idFrom('evt', by.cause, by.functionName, n)",
        replace: "idFrom('evt', by.cause, n)",
      },
    ],
  },
  {
    name: 'follow-up-ids-at-random',
    foundBy: 'what-goes-wrong-with-deliveries',
    law: 'order',
    what: 'A follow-up’s id is random: what is decided again, or parked and redriven, is another event each time.',
    edits: [
      {
        file: 'shared/runtime/outgoing.ts',
        find: "idFrom('evt', by.cause, by.functionName, n)",
        replace: "idFrom('evt', by.cause, by.functionName, n, Math.random())",
      },
    ],
  },
  {
    name: 'other-content-is-a-repetition',
    foundBy: 'redrives',
    law: 'explained',
    what: 'An event id that comes again with another amount is acknowledged as a repetition: nobody ever learns that the bank said two things.',
    edits: [
      {
        file: INBOX,
        find: 'if (found.fingerprint !== cause.fingerprint)',
        replace: 'if (found.fingerprint !== cause.fingerprint && !cause.comesAgain)',
      },
    ],
  },
  {
    name: 'nothing-is-marked-unpublished',
    foundBy: 'phones',
    law: 'lost',
    what: 'What a request or a tick committed and could not publish carries no mark: nobody comes again for it.',
    edits: [
      {
        file: INBOX,
        find: 'const unpublished = !cause.comesAgain && events.length > 0;',
        replace: 'const unpublished = cause.comesAgain && events.length > 0;',
      },
    ],
  },
  {
    name: 'outside-called-again',
    foundBy: 'simulator',
    law: 'once',
    what: 'Whether it was delivered is looked up only after the call: every repetition of the message is another push.',
    edits: [
      {
        file: INBOX,
        find: 'const found = await readInbox(env, at);\n  if (found) {',
        replace: 'const found = cause.comesAgain ? undefined : await readInbox(env, at);\n  if (found) {',
      },
    ],
  },
  {
    name: 'rebuild-tells-again',
    foundBy: 'releases',
    law: 'once',
    what: 'A rebuild of a read model publishes what follows from each fact, as if it had happened today.',
    edits: [
      {
        file: INBOX,
        find: 'const events = env.rebuild === undefined ? decided.events : [];',
        replace: 'const { events } = decided;',
      },
    ],
  },
];
