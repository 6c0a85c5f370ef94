import type { Bank } from './bank.ts';
import { sandbox, sandboxProcessor } from './sandbox/index.ts';

export const banks: readonly Bank[] = [sandbox, sandboxProcessor];

export function bankNamed(name: string): Bank | undefined {
  return banks.find((bank) => bank.name === name);
}

/** The variable that holds a bank's live webhook secrets, as in `SANDBOX_WEBHOOK_SECRETS`. */
export function secretsVariable(bank: string): string {
  return `${bank.toUpperCase().replaceAll('-', '_')}_WEBHOOK_SECRETS`;
}
