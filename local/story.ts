import { randomUUID } from 'node:crypto';
import { decimalOf, exponentOf } from '../shared/domain/currency.ts';
import { CUSTOMER, signIn, signInUrl } from './customer.ts';
import type { LogLine } from './functions.ts';
import { untilQuiet } from './quiet.ts';
import type { Stack } from './stack.ts';

const QUIET_SECONDS = 60;
const FRIEND = { name: 'Bo Holm', iban: 'DK5000400440116243' };
const PHONE = { id: 'phone', fcmToken: 'the-phone-of-ida', locale: 'da-DK' };

type Phone = { shows: readonly { title: string; body: string }[] };
type Figures = { bookedMinor: string; heldMinor: string; availableMinor: string };

/**
 * Plays a customer's first days on the running stack, and shows each step's way from the bank to the app.
 * Rejects when what the app sees is not what the bank has.
 */
export async function playStory(
  stack: Stack,
  logs: { take(): LogLine[] },
  say: (line: string) => void,
): Promise<void> {
  const customer = await signIn(stack.auth);
  const bearer = { authorization: `Bearer ${customer.idToken}` };
  let account = '';
  let authorisation = '';

  await step(`${CUSTOMER.name} opens an account`, async () => {
    const opened = await post<{ accountId: string }>('/accounts', {
      ownerRefs: [customer.uid],
      currency: 'DKK',
    });
    account = opened.accountId;
  });
  await step('She registers her phone, which speaks Danish', async () => {
    const { id, ...registration } = PHONE;
    await send(`${stack.api}/v1/devices/${id}`, 'PUT', registration, bearer);
  });
  await step('Her salary comes in: 25,000.00', () =>
    post(`/accounts/${account}/transfers`, {
      direction: 'credit',
      amountMinor: '2500000',
      counterparty: { name: 'Havnens Bageri ApS' },
    }),
  );
  await step('She pays a coffee by card: 32.00 is authorised', async () => {
    const merchant = { name: 'Kaffebaren', mcc: '5814', country: 'DK' };
    const made = await post<{ authorisationId: string }>(`/accounts/${account}/purchases`, {
      amountMinor: '3200',
      clear: false,
      merchant,
    });
    authorisation = made.authorisationId;
  });
  let clearing = '';
  await step('It clears with a tip: 36.00', async () => {
    const made = await post<{ clearingId: string }>(`/authorisations/${authorisation}/clearings`, {
      amountMinor: '3600',
      final: true,
    });
    clearing = made.clearingId;
  });
  await step('The coffee was cold, 4.00 is refunded', () =>
    post(`/accounts/${account}/refunds`, { clearingId: clearing, amountMinor: '400' }),
  );

  let payment = '';
  await step('She pays a friend: 250.00', async () => {
    const order = {
      accountId: account,
      amount: { amountMinor: '25000', currency: 'DKK' },
      creditor: FRIEND,
      remittance: 'Concert ticket',
    };
    // Sent again under its key, it would be the same payment.
    const once = { ...bearer, 'idempotency-key': randomUUID() };
    payment = (await send<{ id: string }>(`${stack.api}/v1/payments`, 'POST', order, once)).id;
  });

  await step('The bank tells its own balance', () => post(`/accounts/${account}/balance-updates`, {}));

  const expected = 2_500_000n - 3_600n + 400n - 25_000n;
  const seen = await figures();
  const { bookedMinor } = await get<Figures>(`${stack.bank}/accounts/${account}`);
  if (BigInt(seen.bookedMinor) !== expected || seen.bookedMinor !== bookedMinor) {
    throw new Error(
      `The app sees ${seen.bookedMinor}, the bank has ${bookedMinor}; both should be ${expected}.`,
    );
  }
  say(`The app and the bank agree: ${amount(seen.bookedMinor)} DKK.`);
  for (const line of nextSteps(stack, { account, authorisation, payment })) say(line);

  async function step(title: string, act: () => Promise<unknown>): Promise<void> {
    const startedAt = Date.now();
    say(`\n${title}`);
    await act();
    await untilQuiet(stack, QUIET_SECONDS);
    const hops = logs
      .take()
      .filter(
        ({ time, milliseconds, outcome }) =>
          Date.parse(String(time)) >= startedAt && milliseconds !== undefined && outcome !== 'ignored',
      );
    for (const line of hops) say(`  ${hop(line, startedAt)}`);
    const { bookedMinor: booked, heldMinor, availableMinor } = await figures();
    say(
      `  the app sees  booked ${amount(booked)}  held ${amount(heldMinor)}  available ${amount(availableMinor)}`,
    );
    say(`  the phone shows   ${await shown()}`);
  }

  /** The newest in its tray; a push that follows for the same thing takes the place of the one before. */
  async function shown(): Promise<string> {
    const { shows } = await get<Phone>(`${stack.fcm}/_phones/${PHONE.fcmToken}`);
    const { title, body } = shows.at(-1) ?? { title: 'nothing', body: '' };
    return `${title}  ${body}`.trimEnd().replace(/\u00a0/g, ' ');
  }

  function figures(): Promise<Figures> {
    return get<Figures>(`${stack.api}/v1/accounts/${account}`);
  }

  async function get<T>(url: string): Promise<T> {
    return read<T>(await fetch(url, { headers: bearer }));
  }

  function post<T>(path: string, body: unknown): Promise<T> {
    return send<T>(stack.bank + path, 'POST', body);
  }
}

async function send<T>(url: string, method: string, body: unknown, headers = {}): Promise<T> {
  const all = { 'content-type': 'application/json', ...headers };
  return read<T>(await fetch(url, { method, headers: all, body: JSON.stringify(body) }));
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** One function's part of the way: when it was done, counted from the step's start, and how long it took. */
function hop(line: LogLine, startedAt: number): string {
  const after = String(Date.parse(String(line.time)) - startedAt).padStart(5);
  const name = String(line.function).padEnd(22);
  const what = line.type ? `${line.type}: ${line.outcome}` : `answered ${line.status ?? ''}`;
  return `+${after} ms  ${name} ${what.padEnd(38)} ${String(line.milliseconds).padStart(5)} ms`;
}

function amount(minor: string): string {
  const decimals = exponentOf('DKK') ?? 0;
  const major = decimalOf(BigInt(minor), decimals);
  return new Intl.NumberFormat('en', { minimumFractionDigits: decimals }).format(major as `${number}`);
}

function nextSteps(
  stack: Stack,
  { account, authorisation, payment }: Readonly<Record<'account' | 'authorisation' | 'payment', string>>,
): string[] {
  const { email, password } = CUSTOMER;
  const credentials = JSON.stringify({ email, password, returnSecureToken: true });
  const { port } = new URL(stack.api);
  const explain = `${port === '8400' ? '' : `COUNTERFOIL_PORT_BASE=${port} `}npm run explain --`;
  const json = "-H 'content-type: application/json'";
  const once = `-H "idempotency-key: $(node -pe 'crypto.randomUUID()')"`;
  const order = { accountId: account, amount: { amountMinor: '1000', currency: 'DKK' }, creditor: FRIEND };
  return [
    '\nTry next (each line works when pasted):',
    `  TOKEN=$(curl -s '${signInUrl(stack.auth)}' ${json} -d '${credentials}' | node -pe 'JSON.parse(fs.readFileSync(0)).idToken')`,
    `  curl -s ${stack.api}/v1/accounts -H "authorization: Bearer $TOKEN"`,
    `  curl -s '${stack.api}/v1/accounts/${account}/transactions?limit=5' -H "authorization: Bearer $TOKEN"`,
    `  curl -s '${stack.api}/v1/notifications?limit=2' -H "authorization: Bearer $TOKEN"`,
    `  curl -s ${stack.bank}/accounts/${account}/purchases ${json} -d '{"amountMinor":"4500","merchant":{"name":"Boghandleren"}}'`,
    `  curl -s ${stack.api}/v1/payments -H "authorization: Bearer $TOKEN" ${once} ${json} -d '${JSON.stringify(order)}'`,
    `  ${explain} ${account}`,
    `  ${explain} ${authorisation} --html .local/coffee.html`,
    `  ${explain} ${payment}`,
  ];
}
