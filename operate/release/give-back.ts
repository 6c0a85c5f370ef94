import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from './host.ts';
import { trafficOf } from './service.ts';

const TRIES = 5;

/**
 * Gives the revision before all of the traffic again. What must not fail is tried again; where it fails for good, whoever
 * releases must do it, and is told so. Where a revision of neither side has traffic somebody else gave it that, and it stays so.
 */
export async function giveBack(
  name: string,
  { serving, candidate }: { serving: string; candidate: string | undefined },
  { host, tell }: { readonly host: Host; tell(line: string): void },
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      const found = await host.service(name);
      const other = [...trafficOf(found).keys()].find((each) => each !== serving && each !== candidate);
      if (!other) await host.route(found, { [serving]: 100 });
      tell(other ? `${other} has traffic from somebody else, and keeps it` : `went back to ${serving}`);
      return;
    } catch (error) {
      if (tried === TRIES) {
        throw new Error(`${name} COULD NOT GO BACK to ${serving}: give it all traffic by hand.`, {
          cause: error,
        });
      }
      tell(`going back failed, once more: ${(error as Error).message}`);
      await pause(1000 * tried);
    }
  }
}
