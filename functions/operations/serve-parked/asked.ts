import { PublicError } from '../../../shared/errors.ts';
import { PARKED_STATES, type ParkedState } from '../../../shared/store/parked.ts';

const KNOWN = ['state', 'function', 'reason', 'limit', 'cursor'];

/**
 * Which of them are asked for; a `PublicError` 400 where that is a state that there is not, or a filter: what is dropped
 * from a list that ignored it would be the wrong thing.
 */
export function readAsked(query: URLSearchParams): {
  state: ParkedState | undefined;
  function: string | undefined;
  reason: string | undefined;
} {
  if ([...query.keys()].some((name) => !KNOWN.includes(name)))
    throw new PublicError(400, 'filter.unknown', `Filters are ${KNOWN.join(', ')}.`);
  const state = query.get('state') ?? undefined;
  const known = PARKED_STATES.find((each) => each === state);
  if (state !== undefined && !known)
    throw new PublicError(400, 'state.invalid', `state is one of ${PARKED_STATES.join(', ')}.`);
  return {
    state: known,
    function: query.get('function') ?? undefined,
    reason: query.get('reason') ?? undefined,
  };
}
