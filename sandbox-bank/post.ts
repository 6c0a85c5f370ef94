import type { Webhook } from 'standardwebhooks';

const deadlineMs = 10_000;

/** What is posted, by whom it is signed, and the instant that the signer's clock shows. */
export interface Signed {
  id: string;
  body: string;
  signer: Webhook;
  at: Date;
}

/** True when the subscriber acknowledged; any other answer, and none within the deadline, is a reason to try again. */
export async function post(url: string, signed: Signed, controller: AbortController): Promise<boolean> {
  const { id, body, signer, at } = signed;
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signer.sign(id, at, body),
  };
  const deadline = setTimeout(() => controller.abort(), deadlineMs);
  try {
    const { signal } = controller;
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    // Unread, the answer would keep its connection from being used again.
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  } finally {
    clearTimeout(deadline);
  }
}
