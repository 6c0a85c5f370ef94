import { type Random, randomFrom } from './random.ts';
import { type Ask, aStory, closing, type Story } from './stories.ts';

export type LifeOptions = {
  readonly seed: number;
  /** How many events the bank is to tell, openings and what expires by itself included; a few more, for the last stories end. */
  readonly events: number;
  readonly accounts: number;
  /** The first account takes half of all events. */
  readonly pooled: boolean;
};

/** An account to be opened: whose, by their numbers, and with what. */
export type Opening = {
  readonly owners: readonly number[];
  readonly body: { readonly currency: string } & object;
};

/** The next thing to happen: of which story, and on which account, by their numbers. */
export type Step = { readonly story: number; readonly account: number; readonly ask: Ask };

export type Life = {
  readonly customers: number;
  readonly openings: readonly Opening[];
  readonly steps: readonly Step[];
};

const STORIES_AT_ONCE = 60;
const CURRENCIES = ['DKK', 'DKK', 'DKK', 'EUR', 'SEK', 'JPY'] as const;
// A card's unlinked entries are matched among its newest 1,000; a pooled account has a card for each of its users.
const POOLED_CARDS = 50;
// Of so many accounts one is closed in the end.
const CLOSED_OF = 40;

/** A bank's life, from a seed alone: the same options give the same life, whatever the clock says. */
export function planLife({ seed, events, accounts, pooled }: LifeOptions): Life {
  const random = randomFrom(seed);
  const customers = Math.max(1, Math.round(accounts * 0.8));
  const openings = Array.from({ length: accounts }, (_, n) => anOpening(random, n, customers));
  const closings = openings.flatMap((_, account) => (account % CLOSED_OF === CLOSED_OF - 1 ? [account] : []));

  const steps: Step[] = [];
  const going: { story: number; account: number; left: Ask[] }[] = [];
  let stories = 0;
  let left = events - accounts - closings.length;
  while (left > 0 || going.length > 0) {
    while (left > 0 && going.length < STORIES_AT_ONCE) {
      const story = stories++;
      const account = pooled && random.happens(0.5) ? 0 : random.below(accounts);
      const card = pooled && account === 0 ? `card_pooled_${random.below(POOLED_CARDS)}` : undefined;
      const asks = aStory({ random, n: story, card });
      left -= tells(asks);
      going.push({ story, account, left: [...asks] });
    }
    const at = random.below(going.length);
    const { story, account, left: asks } = going[at] ?? { story: 0, account: 0, left: [] };
    const ask = asks.shift();
    if (ask) steps.push({ story, account, ask });
    if (asks.length === 0) going.splice(at, 1);
  }
  const ends = closings.map((account) => ({ story: stories++, account, ask: closing }));
  return { customers, openings, steps: [...steps, ...ends] };
}

/** Every fifth is two people's, some are in another currency, and some come with what they had elsewhere. */
function anOpening(random: Random, n: number, customers: number): Opening {
  const owner = n % customers;
  const other = (owner + 1) % customers;
  const owners = n % 5 === 4 && other !== owner ? [owner, other] : [owner];
  const forward = random.happens(0.3) && {
    broughtForward: {
      direction: random.of(['credit', 'debit']),
      amountMinor: String(1 + random.below(1_000_000)),
    },
  };
  return { owners, body: { currency: random.of(CURRENCIES), ...forward } };
}

function tells(story: Story): number {
  return story.reduce((sum, ask) => sum + (ask.tells ?? 1), 0);
}
