import * as z from 'zod';
import type { Ask, Bank, BankApi } from './bank.ts';
import { sandbox, sandboxProcessor } from './sandbox/index.ts';

export const banks: readonly Bank[] = [sandbox, sandboxProcessor];

export function bankNamed(name: string): Bank | undefined {
  return banks.find((bank) => bank.name === name);
}

/** The variable that holds a bank's live webhook secrets, as in `SANDBOX_WEBHOOK_SECRETS`. */
export function secretsVariable(bank: string): string {
  return `${bank.toUpperCase().replaceAll('-', '_')}_WEBHOOK_SECRETS`;
}

type ApiVariable = `${string}_API_URL`;

/** The variable that holds the address of a bank's API, as in `SANDBOX_API_URL`. */
export function apiVariable(bank: string): ApiVariable {
  return `${bank.toUpperCase().replaceAll('-', '_')}_API_URL`;
}

/** The variables of whoever asks banks: an address for each that can be asked. */
export const apiVariables: Readonly<Record<ApiVariable, z.ZodURL>> = Object.fromEntries(
  banks.filter(({ openApi }) => openApi).map(({ name }) => [apiVariable(name), z.url()]),
);

/** The APIs of all banks that can be asked, by the banks' names. */
export function openApis(
  config: Readonly<Record<ApiVariable, string>>,
  ask: Ask,
): ReadonlyMap<string, BankApi> {
  return new Map(
    banks.flatMap(({ name, openApi }): [string, BankApi][] => {
      const baseUrl = config[apiVariable(name)];
      return openApi && baseUrl !== undefined ? [[name, openApi(baseUrl, ask)]] : [];
    }),
  );
}
