import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import type { Objective } from './objective.ts';
import { burnsFast, burnsSlowly, count, counted, share } from './promql.ts';

/** Functions that wake nobody: what customers miss by them can be missed for a night, and none of it is lost. */
export const CAN_WAIT: readonly string[] = [
  'archive-delivery',
  'assign-entry',
  'expire-holds',
  'forget-device',
  'match-unlinked',
  'park-dead-letter',
  'redrive-waiting',
  'serve-parked',
  'tally-spending',
  'track-balance',
];

const forApps = (fn: DeclaredFunction) => fn.trigger === 'request' && fn.caller === 'customer';
const forOthers = (fn: DeclaredFunction) => fn.trigger === 'request' && fn.caller !== 'operator';
const forAnybody = (fn: DeclaredFunction) => fn.trigger === 'request';
const ofEvents = (fn: DeclaredFunction) => fn.trigger === 'event';
const ofSchedules = (fn: DeclaredFunction) => fn.trigger === 'schedule';

const requests = counted('requests', 'function="$function"');
const serverErrors = counted('requests', 'function="$function",http_response_status_code=~"5.."');
const events = counted('events', 'function="$function"');
const allEvents = counted('events');
// What carries no signature at all is not a bank's: somebody looks for open doors.
const SIGNED = 'function="receive-bank-webhook",reason!="signature.headers-missing"';
// What came before its account is redriven by itself; what contradicts itself has an alert of its own.
const parked = counted('parked', 'reason!~"account[.]not-opened|event[.]conflict|fact[.]conflict"');

/** All that is watched. Thresholds are of what is counted, windows of how long that takes to mean something. */
export const objectives: readonly Objective[] = [
  {
    // Banks and apps are answered 999 times in a thousand. Both ask again, so a few do not wake anybody.
    name: 'RequestsRefused',
    about: '$function answers 5xx to {{ $value | humanizePercentage }} of its requests',
    alarms: [
      { severity: 'page', of: forOthers, query: burnsFast(serverErrors, requests, 0.001, 5) },
      { severity: 'ticket', of: forAnybody, query: burnsSlowly(serverErrors, requests, 0.001) },
    ],
  },
  {
    name: 'SignaturesRefused',
    about: '{{ $value | humanizePercentage }} of what is signed is refused',
    impact:
      'What the bank tells in these deliveries reaches no customer, and in the end the bank gives up. If others sign, nothing is lost.',
    alarms: [
      {
        severity: 'page',
        query: share({
          bad: counted('requests', `${SIGNED},http_response_status_code="401"`),
          all: counted('requests', SIGNED),
          window: '15m',
          above: 0.1,
          least: 10,
        }),
        for: '5m',
      },
    ],
  },
  {
    // From signing to arrival: the way, or two clocks that disagree.
    name: 'WebhooksLate',
    about:
      '{{ $value | humanizePercentage }} of the deliveries of {{ $labels.bank }} are over 30 s old when they arrive',
    impact:
      'Customers see late what happened; once deliveries are five minutes old, all of them are refused.',
    alarms: [
      {
        severity: 'ticket',
        query: share({
          bad: counted('deliveries_late'),
          all: counted('deliveries'),
          window: '30m',
          above: 0.05,
          least: 5,
          by: 'bank',
        }),
        for: '10m',
      },
    ],
  },
  {
    // Where there were twenty in this hour of last week, none at all is no chance.
    name: 'BankSilent',
    about: 'Nothing has come from {{ $labels.bank }} for an hour; last week {{ $value }} deliveries did',
    impact: 'Balances and feeds stand still, and phones stay silent, whatever happens at the bank.',
    alarms: [
      {
        severity: 'page',
        query: `${count(counted('deliveries'), '1h', { by: 'bank', ago: '1w' })} >= 20
unless
${count(counted('deliveries'), '1h', { by: 'bank' })} > 0`,
      },
    ],
  },
  {
    // A bank that says each minute that it is there is missed sooner.
    name: 'BankHeartStops',
    about:
      'Nothing has come from {{ $labels.bank }} for a quarter of an hour, and {{ $value }} deliveries did in the hour before',
    impact: 'Balances and feeds stand still, and phones stay silent, whatever happens at the bank.',
    alarms: [
      {
        severity: 'page',
        query: `${count(counted('deliveries'), '1h', { by: 'bank', ago: '15m' })} >= 50
unless
${count(counted('deliveries'), '15m', { by: 'bank' })} > 0`,
      },
    ],
  },
  {
    // The mirror equals the bank: of a thousand accounts that are compared, 999 are as the bank has them five minutes
    // after something was found.
    name: 'MirrorDrifts',
    about:
      '{{ $value | humanizePercentage }} of what is compared with {{ $labels.bank }} is not as it has it, and does not heal',
    impact: 'Customers see a balance that the bank does not have, and may spend money that is spent.',
    alarms: [
      {
        severity: 'page',
        query: share({
          bad: counted('comparisons', 'outcome="drift",recheck="true"'),
          all: counted('comparisons', 'outcome!="unknown"'),
          window: '30m',
          above: 0.001,
          least: 5,
          by: 'bank',
        }),
        for: '5m',
      },
    ],
  },
  {
    // An account in which something is wrong is compared again every five minutes.
    name: 'DriftStays',
    about: 'What differs from {{ $labels.bank }} was found again {{ $value }} times in half an hour',
    impact: 'A customer sees a balance that the bank does not have.',
    alarms: [
      {
        severity: 'ticket',
        query: `${count(counted('comparisons', 'outcome="drift",recheck="true"'), '30m', { by: 'bank' })} >= 3`,
      },
    ],
  },
  {
    // A bank answers an inquiry within seconds, and each minute asks again.
    name: 'PaymentsStayUnknown',
    about: 'Nobody has known for a quarter of an hour what became of a payment at {{ $labels.bank }}',
    impact: 'Customers do not know whether they have paid, and their money is reserved meanwhile.',
    alarms: [
      {
        severity: 'page',
        query: `${count(counted('inquiries', 'outcome!="found",late="true"'), '5m', { by: 'bank' })} >= 5`,
      },
    ],
  },
  {
    name: 'AppsSlow',
    about: '$function takes over a second for {{ $value | humanizePercentage }} of its requests',
    impact: 'Customers wait for what the app shows, and some of them give up.',
    alarms: [
      {
        severity: 'ticket',
        of: forApps,
        query: share({
          bad: counted('requests_slow', 'function="$function"'),
          all: requests,
          window: '30m',
          above: 0.05,
          least: 10,
        }),
        for: '10m',
      },
    ],
  },
  {
    // One event that fails is tried seven times in its first quarter of an hour: ten are more than one.
    name: 'EventsFail',
    about: '$function fails at {{ $value | humanizePercentage }} of its events',
    alarms: [
      {
        severity: 'by function',
        of: ofEvents,
        query: share({
          bad: counted('events', 'function="$function",outcome="failed"'),
          all: events,
          window: '15m',
          above: 0.1,
          least: 10,
        }),
        for: '5m',
      },
    ],
  },
  {
    // What fails is tried again after ten minutes at most, so fifteen without a failure mean that it got through.
    name: 'EventsStuck',
    about: '{{ $labels.function }} has failed at {{ $labels.event_type }} for two hours',
    impact: 'What this event tells is missing for its customer. After 100 tries it is parked.',
    alarms: [
      {
        severity: 'ticket',
        query: `${count(counted('events', 'outcome="failed"'), '15m', { by: 'function, event_type' })} > 0`,
        for: '2h',
      },
    ],
  },
  {
    name: 'EventsLate',
    about: '{{ $value | humanizePercentage }} of the events of $function are over 30 s old when handled',
    alarms: [
      {
        severity: 'by function',
        of: ofEvents,
        query: share({
          bad: counted('events_late', 'function="$function"'),
          all: events,
          window: '15m',
          above: 0.05,
          least: 10,
        }),
        for: '5m',
      },
    ],
  },
  {
    // A process that does not start says nothing; what others publish for it tells.
    name: 'EventsUnhandled',
    about: '$function has handled none of {{ $value }} events in half an hour',
    alarms: [
      {
        severity: 'by function',
        of: ofEvents,
        query: `${count(counted('published', 'event_type=~"$types"'), '30m', { by: '' })} >= 3
unless on ()
${count(events, '30m')} > 0`,
        for: '10m',
      },
    ],
  },
  {
    name: 'EventsParked',
    about:
      '{{ $labels.function }} parked {{ $value }} events in an hour{{ with $labels.reason }} for {{ . }}{{ end }}',
    impact:
      'What they tell is missing for customers until they are redriven: an amount, a hold, a notification.',
    alarms: [
      { severity: 'page', query: `${count(parked, '1h')} >= 20` },
      { severity: 'ticket', query: `ceil(${count(parked, '1h', { by: 'function, reason' })}) > 0` },
    ],
  },
  {
    name: 'BankContradictsItself',
    about: '{{ $labels.function }} was told two things of one in {{ $value }} events',
    impact:
      'A customer may see a wrong amount or state: the first word stands, and nobody knows which is true.',
    alarms: [
      {
        severity: 'ticket',
        query: `ceil(${count(counted('events', 'outcome="parked",reason=~"event[.]conflict|fact[.]conflict"'), '1h')}) > 0`,
      },
    ],
  },
  {
    name: 'CommitsConflict',
    about: '{{ $labels.function }} decides again {{ $value | humanize }} times for each event',
    impact: 'Events of accounts with much traffic are late, and cost several times as much.',
    alarms: [
      {
        severity: 'ticket',
        query: share({ bad: counted('conflicts'), all: allEvents, window: '30m', above: 1, least: 100 }),
        for: '10m',
      },
    ],
  },
  {
    name: 'EventsRepeated',
    about: '{{ $value | humanizePercentage }} of the events of {{ $labels.function }} are repeats',
    impact:
      'Customers lose nothing, since each event counts once; the rest waits longer, and each repeat costs.',
    alarms: [
      {
        severity: 'ticket',
        query: share({
          bad: counted('events', 'outcome="repeated"'),
          all: allEvents,
          window: '30m',
          above: 0.2,
          least: 100,
        }),
        for: '10m',
      },
    ],
  },
  {
    // Less what customers switched off, at all or for the night.
    name: 'PushesUndelivered',
    about: '{{ $value | humanizePercentage }} of the pushes that customers want do not reach a phone',
    impact: 'Phones show nothing of what happens; it is all in the list.',
    alarms: [
      {
        severity: 'ticket',
        query: share({
          bad: counted('pushes', 'outcome!~"delivered|quiet-hours|switched-off"'),
          all: counted('pushes', 'outcome!~"quiet-hours|switched-off"'),
          window: '1h',
          above: 0.2,
          least: 10,
        }),
        for: '10m',
      },
    ],
  },
  {
    // By the bank's clock: it counts what the bank itself takes to tell us.
    name: 'PushesLate',
    about: '{{ $value | humanizePercentage }} of pushes tell of what is over five minutes old',
    impact: 'Customers learn of a purchase, perhaps of a thief’s, when it is old.',
    alarms: [
      {
        severity: 'ticket',
        query: share({
          bad: counted('pushes_late'),
          all: counted('pushes', 'outcome="delivered"'),
          window: '1h',
          above: 0.1,
          least: 10,
        }),
        for: '10m',
      },
    ],
  },
  {
    // Where all is well one of them runs every minute: it tells too when nothing is measured any more.
    name: 'SchedulesMissed',
    about: '$function has not run as it should in $missed',
    alarms: [
      {
        severity: 'by function',
        of: ofSchedules,
        query: `absent(
  ${count(counted('runs', 'function="$function",outcome="done"'), '$missed')} > 0
)`,
        for: '5m',
      },
    ],
  },
  {
    // The dearest handling that docs/cost.md has counted costs 4.37 dollars a million.
    name: 'EventsCostMore',
    about:
      '{{ $labels.function }} costs {{ $value | humanize }} dollars for a million events, at list prices',
    impact: 'Customers lose nothing; it is paid for.',
    alarms: [
      {
        severity: 'ticket',
        query: `counterfoil:dollars_per_million_events:ratio1h > 10
and
${count(counted('events', 'outcome="done"'), '1h')} >= 100`,
        for: '30m',
      },
    ],
  },
];
