import { Problem } from './problem.ts';

/** How long an Idempotency-Key is remembered, by the bank's clock. Banks forget: after it the same key is a new order. */
const keyLifetimeMs = 24 * 3_600_000;

/** What was answered under each Idempotency-Key, while it is remembered. */
export function openKeys<T>({ now }: { now: () => Date }) {
  const answers = new Map<string, { fingerprint: string; answer: T; untilMs: number }>();

  return { once, answered };

  /**
   * The same key and request get the first answer again; the same key with another request is refused. What `act`
   * refuses leaves the key free, so that it can succeed later.
   */
  function once(key: string, request: object, act: () => T): T {
    const fingerprint = JSON.stringify(request, (_, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    const known = remembered(key);
    if (known?.fingerprint === fingerprint) return known.answer;
    if (known)
      throw new Problem(422, 'idempotency-key-reused', 'Idempotency-Key: was used for another request.');
    const answer = act();
    answers.set(key, { fingerprint, answer, untilMs: now().getTime() + keyLifetimeMs });
    return answer;
  }

  /** What was answered under the key; undefined when it is not known, or not any more. */
  function answered(key: string): T | undefined {
    return remembered(key)?.answer;
  }

  function remembered(key: string) {
    const known = answers.get(key);
    if (known && known.untilMs <= now().getTime()) answers.delete(key);
    return answers.get(key);
  }
}
