import * as z from 'zod';
import { statementCompared } from '../../../shared/events/coherence.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { statementFrom, statementPath, writeStatement } from '../../../shared/store/statements.ts';

/** Keeps each day's statement with which line is which entry; closed once nothing is left over on either side. */
export default onEvent({
  name: 'track-statement',
  on: [statementCompared],
  prefix: 'statement.',
  publishes: [],
  impact: 'Whether a day is closed is not known; no figure depends on it.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ data }, { deps }) {
    const { bank: _bank, accountId, found, ...statement } = data;
    const document = await readOne(deps, statementPath(accountId, statement.date));
    const before = statementFrom(document);
    if (before && before.comparedAt >= statement.comparedAt) return {};
    const state = found.length === 0 ? 'closed' : 'open';
    return { writes: [writeStatement(document, { ...statement, state })] };
  },
});
