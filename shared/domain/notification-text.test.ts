import { describe, expect, test } from 'vitest';
import type { DirectDebitNews, News, PaymentNews, TransactionNews } from './notification.ts';
import { languageOf, textOf } from './notification-text.ts';
import { WORDS } from './notification-words.ts';

const purchase: TransactionNews = {
  kind: 'spending',
  means: 'card',
  status: 'pending',
  direction: 'debit',
  amountMinor: 3_200n,
  currency: 'DKK',
  description: 'Kaffebaren',
};
const booked = { ...purchase, status: 'booked', bookedOn: '2026-11-25' } as const;
const transfer = { ...purchase, means: 'transfer', description: 'Bo' } as const;
const income = { kind: 'income', direction: 'credit' } as const;

/** With plain spaces, since Intl's own do not break. */
function told(news: News, locale?: string): string {
  const { title, body } = textOf(news, locale);
  return `${title} | ${body.replace(/\s/g, ' ')}`;
}

const states: [string, TransactionNews, string, string][] = [
  ['a purchase that is reserved', purchase, 'Kaffebaren | -DKK 32.00', 'Kaffebaren | -32,00 kr.'],
  [
    'a purchase that is booked',
    booked,
    'Kaffebaren | -DKK 32.00, booked 25 Nov',
    'Kaffebaren | -32,00 kr., bogført 25. nov.',
  ],
  [
    'a purchase that is partly booked',
    { ...booked, status: 'partly-booked' },
    'Kaffebaren | -DKK 32.00 is booked, the rest is reserved',
    'Kaffebaren | -32,00 kr. er bogført, resten er reserveret',
  ],
  [
    'a purchase that is wholly refunded',
    { ...booked, amountMinor: 0n },
    'Kaffebaren | All of it has been refunded',
    'Kaffebaren | Hele beløbet er refunderet',
  ],
  [
    'a purchase that is declined',
    { ...purchase, status: 'declined', kind: 'declined' },
    'Kaffebaren | The purchase of DKK 32.00 was declined',
    'Kaffebaren | Købet på 32,00 kr. blev afvist',
  ],
  [
    'a purchase that is reversed',
    { ...purchase, status: 'reversed' },
    'Kaffebaren | DKK 32.00 is no longer reserved',
    'Kaffebaren | 32,00 kr. er ikke længere reserveret',
  ],
  [
    'a purchase that expired',
    { ...purchase, status: 'expired' },
    'Kaffebaren | The reservation of DKK 32.00 has expired',
    'Kaffebaren | Reservationen på 32,00 kr. er udløbet',
  ],
  [
    'a refund',
    { ...booked, ...income },
    'Kaffebaren | +DKK 32.00 has been refunded',
    'Kaffebaren | +32,00 kr. er refunderet',
  ],
  [
    'a transfer in',
    { ...transfer, ...income, status: 'booked' },
    'Bo | +DKK 32.00 has arrived',
    'Bo | +32,00 kr. er gået ind',
  ],
  [
    'a purchase of which all that was booked is refunded, and more is reserved',
    { ...booked, status: 'partly-booked', amountMinor: 0n },
    'Kaffebaren | DKK 0.00 is booked, the rest is reserved',
    'Kaffebaren | 0,00 kr. er bogført, resten er reserveret',
  ],
  ['a transfer on its way', transfer, 'Bo | -DKK 32.00 is on its way', 'Bo | -32,00 kr. er på vej'],
  [
    'a transfer out',
    { ...transfer, status: 'booked', bookedOn: '2026-11-25' },
    'Bo | -DKK 32.00, sent 25 Nov',
    'Bo | -32,00 kr., sendt 25. nov.',
  ],
  [
    'a transfer that is cancelled',
    { ...transfer, status: 'reversed' },
    'Bo | The transfer of DKK 32.00 was cancelled',
    'Bo | Overførslen på 32,00 kr. er annulleret',
  ],
];

describe('a text', () => {
  test.each(states)('tells %s', (_, news, english, danish) => {
    expect(told(news, 'en-GB')).toBe(english);
    expect(told(news, 'da-DK')).toBe(danish);
  });

  test('is Swedish and Norwegian too, each with its own minus', () => {
    expect(told(booked, 'sv-SE')).toBe('Kaffebaren | −32,00 Dkr, bokfört 25 nov.');
    for (const locale of ['nb-NO', 'no', 'nn-NO']) {
      expect(told(booked, locale)).toBe('Kaffebaren | −32,00 DKK, bokført 25. nov.');
    }
  });

  test.each([undefined, 'fr-FR', 'xx', 'no tag at all'])('for %s is English', (locale) => {
    expect(told(booked, locale)).toBe('Kaffebaren | -DKK 32.00, booked 25 Nov');
    expect(textOf(booked, locale).language).toBe('en');
  });

  test('says in which language it is', () => {
    expect(textOf(booked, 'nn-NO').language).toBe('nb');
  });

  test('has the region’s own dates, and no digits that a tag asks for', () => {
    expect(told(booked, 'en-US')).toBe('Kaffebaren | -DKK 32.00, booked Nov 25');
    expect(told(purchase, 'da-DK-u-nu-arab')).toBe('Kaffebaren | -32,00 kr.');
  });

  test('names the kind of thing where the bank names nobody', () => {
    const nameless = [
      purchase,
      transfer,
      { ...booked, ...income },
      { ...transfer, ...income, status: 'booked' as const },
    ];
    const titles = nameless.map((news) => textOf({ ...news, description: '' }, 'sv').title);
    expect(titles).toEqual(['Kortköp', 'Överföring', 'Återbetalning', 'Insättning']);
  });

  test('is nothing that a name could have written', () => {
    const description = '$& $1 {{amount}} %s';
    expect(told({ ...purchase, description }, 'en')).toBe(`${description} | -DKK 32.00`);
  });

  test('of security is in each language', () => {
    for (const status of [
      'frozen',
      'unfrozen',
      'closed',
      'device-registered',
      'passkey-registered',
    ] as const) {
      const texts = ['en', 'da', 'sv', 'nb'].map((locale) => told({ kind: 'security', status }, locale));
      expect(new Set(texts).size).toBe(4);
    }
  });
});

describe.each(Object.entries(WORDS))('the words of %s', (_, words) => {
  const [amount, on] = ['«12,00»', '«25»']; // where there is no date, the second is a reason
  const said = Object.values(words).flatMap((word: string | readonly string[] | typeof words.booked) =>
    typeof word === 'function' ? word(amount, on) : word,
  );

  test('say each thing in a sentence of its own', () => {
    expect(new Set(said).size).toBe(said.length);
    for (const sentence of said) expect(sentence.replace(amount, '')).toMatch(/\p{L}{2}/u);
  });

  test('leave no amount and no date out', () => {
    expect(said.filter((sentence) => sentence.includes(amount))).toHaveLength(16);
    expect(said.filter((sentence) => sentence.includes(on))).toHaveLength(5);
  });
});

describe('an amount', () => {
  const amount = (amountMinor: bigint, currency: string) =>
    textOf({ ...purchase, amountMinor, currency }, 'en').body.replace(/\s/g, ' ');

  test('that no float holds is told to its last digit', () => {
    expect(amount(999_999_999_999_999_999n, 'DKK')).toBe('-DKK 9,999,999,999,999,999.99');
    expect(amount(9_007_199_254_740_993n, 'DKK')).toBe('-DKK 90,071,992,547,409.93');
  });

  test.each([
    [123_456n, 'HUF', '-HUF 1,234.56'], // Intl alone would show none of a forint's decimals
    [1_234n, 'JPY', '-¥1,234'],
    [5n, 'JPY', '-¥5'],
    [1_005n, 'KWD', '-KWD 1.005'],
    [5n, 'DKK', '-DKK 0.05'],
  ])('of %s %s has as many decimals as ISO 4217 gives it', (minor, currency, shown) => {
    expect(amount(minor, currency)).toBe(shown);
  });

  test('in a code that has no minor unit is left out: better none than a wrong one', () => {
    expect(amount(1_234n, 'XAU')).toBe('XAU');
  });
});

test.each([
  ['da', 'da'],
  ['sv-FI', 'sv'],
  ['nn', 'nb'],
  ['no-NO', 'nb'],
  ['EN-us', 'en'],
  ['de', undefined],
  ['constructor', undefined],
  ['', undefined],
])('%s is our language %s', (locale, language) => {
  expect(languageOf(locale)).toBe(language);
});

describe('a direct debit', () => {
  const direct: DirectDebitNews = {
    ...{ kind: 'direct-debit', status: 'announced', description: 'Havnens El', dueOn: '2026-12-01' },
    ...{ amountMinor: 45_000n, currency: 'DKK' },
  };

  test.each([
    ['announced', 'DKK 450.00 will be collected on 1 Dec', '450,00 kr. bliver opkrævet 1. dec.'],
    ['refused', 'DKK 450.00 was not collected', '450,00 kr. blev ikke opkrævet'],
    ['returned', 'DKK 450.00 has been given back', '450,00 kr. er betalt tilbage'],
  ] as const)('that is %s is told by who collects, how much and when', (status, english, danish) => {
    expect(told({ ...direct, status })).toBe(`Havnens El | ${english}`);
    expect(told({ ...direct, status }, 'da-DK')).toBe(`Havnens El | ${danish}`);
  });

  test.each([
    ['sv-SE', 'Autogiro | 450,00 Dkr dras 1 dec.'],
    ['nb-NO', 'Automatisk trekk | 450,00 DKK trekkes 1. des.'],
  ])('has a title where nobody is named: %s', (locale, text) => {
    expect(told({ ...direct, description: '' }, locale)).toBe(text);
  });
});

describe('a payment', () => {
  const refused: PaymentNews = {
    ...{ kind: 'payment', status: 'rejected', description: 'Udlejer' },
    ...{ amountMinor: 800_000n, currency: 'DKK' },
  };

  test.each([
    [
      'insufficient-funds',
      'There was not enough money in your account.',
      'Der var ikke penge nok på din konto.',
    ],
    ['limit', 'It is more than your limit allows.', 'Det er mere, end din grænse tillader.'],
    ['account-unknown', 'There is no account with that number.', 'Der er ingen konto med det nummer.'],
    [
      'account-closed',
      'The account that you paid to is closed or blocked.',
      'Kontoen, som du betalte til, er lukket eller spærret.',
    ],
    [
      'not-received',
      'The bank never got it, so you can order it again.',
      'Banken fik den aldrig, så du kan betale igen.',
    ],
    [undefined, 'It could not be carried out.', 'Betalingen kunne ikke gennemføres.'],
  ] as const)('that was not paid says why: %s', (reason, english, danish) => {
    expect(told({ ...refused, reason })).toBe(`Udlejer | DKK 8,000.00 was not paid. ${english}`);
    expect(told({ ...refused, reason }, 'da-DK')).toBe(`Udlejer | 8.000,00 kr. blev ikke betalt. ${danish}`);
  });

  test.each([
    [
      'sv-SE',
      'Udlejer | 8 000,00 Dkr har kommit tillbaka till ditt konto. Mottagarens bank skickade tillbaka pengarna.',
    ],
    [
      'nb-NO',
      'Udlejer | 8 000,00 DKK er kommet tilbake til kontoen din. Mottakerens bank sendte pengene tilbake.',
    ],
  ])('that came back says so, whoever knows why: %s', (locale, text) => {
    expect(told({ ...refused, status: 'returned' }, locale)).toBe(text);
  });

  test('that is paid after all says so; to an account of one’s own it is a transfer', () => {
    const after = { ...refused, status: 'paid-after-all' } as const;
    expect(told(after)).toBe('Udlejer | DKK 8,000.00 is paid after all');
    expect(told({ ...after, description: '' }, 'da')).toBe(
      'Overførsel | 8.000,00 kr. bliver alligevel betalt',
    );
  });
});
