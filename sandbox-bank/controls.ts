import type { Hono } from 'hono';
import type { Bank } from './bank.ts';
import { body } from './bodies.ts';
import type { Deliveries } from './deliveries.ts';
import { faultsSchema } from './faults.ts';
import * as requests from './requests.ts';

/** What no real bank offers: its faults, its clock, and what it still has to tell. */
export function addControls(
  api: Hono,
  options: { bank: Bank; deliveries: Pick<Deliveries, 'faults' | 'pending' | 'met'> },
): void {
  const { bank, deliveries } = options;
  const clockAnswer = () => ({ now: bank.now().toISOString(), aheadSeconds: bank.clock.ahead() });

  api.get('/faults', (c) => c.json(deliveries.faults));
  api.put('/faults', async (c) => {
    const faults = await body(c, faultsSchema);
    deliveries.faults = faults;
    bank.slips.begin(faults);
    bank.mishaps.begin(faults);
    return c.json(faults);
  });
  api.get('/_sandbox/faults', (c) => c.json({ ...deliveries.met, ...bank.slips.met, ...bank.mishaps.met }));
  api.get('/_sandbox/pending', (c) => c.json({ pending: deliveries.pending }));
  api.get('/_sandbox/clock', (c) => c.json(clockAnswer()));
  api.put('/_sandbox/clock', async (c) => {
    bank.moveClock((await body(c, requests.clock)).aheadSeconds);
    bank.expireDue();
    return c.json(clockAnswer());
  });
}
