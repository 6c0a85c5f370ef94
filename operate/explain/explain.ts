import type { Event } from '../../shared/events/event.ts';
import { contextIn } from '../../shared/runtime/telemetry.ts';
import type { Stored } from '../../shared/store/document.ts';
import { notificationFrom } from '../../shared/store/notifications.ts';
import { transactionsNamed } from '../../shared/store/transactions.ts';
import type { Environment } from '../environment.ts';
import { Refusal } from '../refusal.ts';
import { explainAccount } from './balance.ts';
import { arrivalsOf, deliveriesBehind, parkedDeliveriesOf, transactionsIn } from './behind.ts';
import { deliveriesOfTraces } from './deliveries.ts';
import type { ExplainedSpan, Explanation, Finding } from './explanation.ts';
import {
  accountFindings,
  deliveryFindings,
  driftFinding,
  handlingFindings,
  notificationFindings,
  paymentFindings,
  transactionFindings,
} from './findings.ts';
import { notificationsIn } from './notifications.ts';
import { explainedPayment, type FoundPayment, readPayment, sourcesOf } from './payments.ts';
import { replay } from './replay.ts';
import { concerns, type Found, type Logs, type Story, storyOf, tracesOf } from './story.ts';
import { foundIn, readTransaction, subjectOf } from './subject.ts';
import { explainedDelivery, explainedHandling } from './told.ts';
import { comparedWithBytes, explainedTransaction } from './transactions.ts';
import type { Handling } from './walk.ts';

const NEWEST = 20;

/** How what this id names came about; throws a `Refusal` where nothing is known of it. */
export async function explain(environment: Environment, read: Logs, id: string): Promise<Explanation> {
  const unread = new Set<string>();
  // What is stored tells most of it by itself.
  const logs: Logs = async (wanted) => {
    try {
      return await read(wanted);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      unread.add(error.message);
      return [];
    }
  };
  const told = await explained(environment, logs, id);
  const notes = [...unread].map((text): Finding => ({ kind: 'note', text }));
  return { ...told, findings: [...told.findings, ...notes] };
}

async function explained(environment: Environment, logs: Logs, id: string): Promise<Explanation> {
  const { platform: reads, name } = environment;
  const subject = await subjectOf(reads, id);
  const named = `${subject.kind} ${id}`;
  switch (subject.kind) {
    case 'account': {
      const account = await explainAccount(reads.snapshot(), id, NEWEST);
      const nothing = {
        payments: [],
        transactions: [],
        notifications: [],
        deliveries: [],
        handlings: [],
        spans: [],
      };
      const told = inOrder(accountFindings(account));
      return { subject: named, environment: name, findings: told, balances: account.balances, ...nothing };
    }
    case 'payment':
      return explainPayment(environment, logs, { of: named, paymentId: subject.paymentId });
    case 'transaction':
      return explainFound(environment, logs, {
        of: subject.found.map(({ transaction }) => `transaction ${transaction.id}`).join(', '),
        found: subject.found,
      });
    case 'notification': {
      const [told] = subject.documents.flatMap((document) => notificationFrom(document) ?? []);
      const { accountId, transactionId, paymentId, arrival } = told ?? {};
      if (paymentId !== undefined) return explainPayment(environment, logs, { of: named, paymentId });
      const found = accountId && transactionId ? await readTransaction(reads, accountId, transactionId) : [];
      if (found.length > 0) return explainFound(environment, logs, { of: named, found });
      const { eventId, traceparent } = arrival ?? {};
      const traceId = contextIn(traceparent)?.traceId;
      const behind = await deliveriesOfTraces(reads, traceId === undefined ? [] : [traceId]);
      const from = {
        of: named,
        deliveryIds: behind.map(({ deliveryId }) => deliveryId),
        isAbout: (event: Event) => event.id === eventId,
        told: subject.documents,
      };
      if (behind.length > 0) return explainTold(environment, logs, from);
      throw new Refusal(
        `${id} tells of no transaction, and of no delivery of a bank's${traceId ? `: npm run logs -- --trace ${traceId} tells who did what` : ''}.`,
      );
    }
    case 'delivery': {
      const { deliveryId } = subject.delivery;
      const from = { of: named, deliveryIds: [deliveryId], isAbout: () => true };
      return explainTold(environment, logs, from);
    }
    case 'drift': {
      const { accountId, entry } = subject.drift;
      const [, bankId] = /^[a-z-]+:(.+)$/.exec(entry) ?? [];
      const found = bankId ? foundIn(await reads.query(transactionsNamed(bankId, 'bankIds'))) : [];
      const own = found.filter((each) => each.accountId === accountId);
      // Where the entry is not here there is only the account to look at.
      const told = await (own.length > 0
        ? explainFound(environment, logs, { of: named, found: own })
        : explained(environment, logs, accountId));
      return { ...told, subject: named, findings: [driftFinding(subject.drift), ...told.findings] };
    }
    case 'event': {
      const deliveryIds = await deliveriesBehind(reads, logs, id);
      const from = { of: named, deliveryIds, isAbout: (event: Event) => event.id === id };
      return explainTold(environment, logs, from);
    }
  }
}

/** A payment: who ordered it, what we did and what the bank said of it, and what came of that. */
async function explainPayment(
  environment: Environment,
  logs: Logs,
  { of, paymentId }: { of: string; paymentId: string },
): Promise<Explanation> {
  const { platform: reads } = environment;
  const payment = await readPayment(reads.snapshot(), paymentId);
  if (!payment) throw new Refusal(`There is no payment ${paymentId}.`);
  const { found } = payment;
  const { deliveryIds, begun, told } = await sourcesOf(reads, payment);
  const isAbout = (event: Event) =>
    (event.data as { paymentId?: string }).paymentId === paymentId ||
    found.some((each) => concerns(event, each));
  const story = await storyOf(reads, logs, { deliveryIds, begun, isAbout });
  return explainStory(environment, { of, story, about: found, told, payment });
}

/** Transactions: what the bank told of them, and what came of that. */
async function explainFound(
  environment: Environment,
  logs: Logs,
  { of, found }: { of: string; found: readonly Found[] },
): Promise<Explanation> {
  const { platform: reads } = environment;
  const isAbout = (event: Event) => found.some((each) => concerns(event, each));
  const deliveryIds = [...arrivalsOf(found), ...(await parkedDeliveriesOf(reads, found))];
  const story = await storyOf(reads, logs, { deliveryIds: [...new Set(deliveryIds)], isAbout });
  return explainStory(environment, { of, story, about: found });
}

/** What was told, and what came of it; the transactions that it made or changed are told of too, as far as they are. */
async function explainTold(
  environment: Environment,
  logs: Logs,
  {
    of,
    deliveryIds,
    isAbout,
    told,
  }: {
    of: string;
    deliveryIds: readonly string[];
    isAbout: (event: Event) => boolean;
    told?: readonly Stored[];
  },
): Promise<Explanation> {
  const { platform: reads } = environment;
  const story = await storyOf(reads, logs, { deliveryIds, isAbout });
  const about = await transactionsIn(reads, story);
  const shown = new Set(story.handlings.map(nameOf));
  const whole = await storyOf(reads, logs, {
    deliveryIds: [...new Set([...deliveryIds, ...arrivalsOf(about)])],
    isAbout: (event) => isAbout(event) || about.some((each) => concerns(event, each)),
  });
  const isShown = (handling: Handling) => shown.has(nameOf(handling));
  return explainStory(environment, { of, story: whole, about, isShown, told });
}

function nameOf({ function: fn, event }: Handling): string {
  return `${fn.name} ${event.id}`;
}

async function explainStory(
  environment: Environment,
  {
    of,
    story,
    about,
    isShown = () => true,
    told = [],
    payment,
  }: {
    of: string;
    story: Story;
    payment?: FoundPayment;
    about: readonly Found[];
    isShown?: (handling: Handling) => boolean;
    /** Notifications that are about no transaction. */
    told?: readonly Stored[] | undefined;
  },
): Promise<Explanation> {
  const { platform: reads, name, webhookSecrets } = environment;
  const lived = story.handlings.filter(({ done, parked, isForgotten }) => done || parked || isForgotten);
  const { decided, platform: replayed } = await replay(reads, lived, payment?.payment);
  const transactions = await Promise.all(about.map((each) => explainedTransaction(reads, each)));
  const compared = await Promise.all(about.map((each) => comparedWithBytes(each, story, replayed)));
  const deliveries = story.deliveries.map((each) => explainedDelivery(each, story.lines, webhookSecrets));
  const payments = payment ? [explainedPayment(payment, deliveries)] : [];
  const all = story.handlings.map((each) => explainedHandling(each, decided.get(each), story.lines));
  const handlings = all.filter((_, n) => isShown(story.handlings[n] as Handling));
  const left = `${story.left} events of these deliveries are left out: ask for one of them.`;
  const notifications = await notificationsIn(reads, story, about, told);
  return {
    subject: of,
    environment: name,
    findings: inOrder([
      ...payments.flatMap(paymentFindings),
      ...transactions.flatMap(transactionFindings),
      ...compared.flat(),
      ...deliveryFindings(deliveries, all),
      ...handlingFindings(handlings),
      ...notificationFindings(notifications),
      ...(story.left > 0 ? [{ kind: 'note' as const, text: left }] : []),
    ]),
    payments,
    transactions,
    notifications,
    balances: [],
    deliveries,
    handlings,
    spans: await spansOf(environment, tracesOf(story)),
  };
}

async function spansOf({ telemetry }: Environment, traceIds: readonly string[]): Promise<ExplainedSpan[]> {
  if (telemetry === undefined) return [];
  const traces = await Promise.all(
    traceIds.map(async (id) => {
      const answer = await fetch(`${telemetry}/traces/${id}`);
      return ((await answer.json()) as { spans: ExplainedSpan[] }).spans;
    }),
  );
  return traces.flat().sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** What is wrong comes first. */
function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => Number(b.kind === 'wrong') - Number(a.kind === 'wrong'));
}
