import { diffLines } from '../diff.ts';
import type { FollowUp, Trial } from '../trial.ts';

/** What would come of a redrive, for people. */
export function trialLines(trial: Trial): string[] {
  switch (trial.kind) {
    case 'repeated':
      return ['no document would change: its function has handled it', ...trial.events.map(followUp)];
    case 'parked': {
      const facts = Object.entries(trial.facts).map(([key, fact]) => `${key} ${fact}`);
      return [`it would be parked again: ${[trial.reason, ...facts].join(', ')}`];
    }
    case 'failed':
      return [`it would fail, be tried again, and be parked in the end: ${trial.error.message}`];
    case 'handled':
      return [
        ...(trial.changes.length === 0 ? ['it would be handled, and no document would change'] : []),
        ...trial.changes.flatMap(({ path, before, after }) => {
          const verb = after === undefined ? 'deleted' : before === undefined ? 'new' : 'changed';
          return [`${path} (${verb})`, ...diffLines(before, after).map((line) => `  ${line}`)];
        }),
        ...trial.events.map(followUp),
      ];
  }
}

function followUp({ topic, event }: FollowUp): string {
  return `then ${event.type} about ${event.subject} goes to ${topic}`;
}
