/** One change of our code that breaks a law, and that compiles: somebody could have meant well by it. */
export type Bug = {
  readonly name: string;
  readonly law: Law;
  /** What it does wrong, and where it has really happened. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Whom to ask first: `simulator`, or the name of a scenario’s file. Who it is that finds it is another matter. */
  readonly foundBy?: string;
};

/** `find` stands in the file exactly once, so that a patch which no longer fits is noticed. */
export type Edit = { readonly file: string; readonly find: string; readonly replace: string };

export type Law = keyof typeof LAWS;

export const LAWS = {
  lost: 'nothing acknowledged is lost',
  order: 'order and repetition do not matter',
  once: 'effects happen once',
  mirror: 'the mirror equals the bank',
  unknown: 'an unknown outcome is a state, not an error',
  poison: 'a poison event blocks nothing but itself',
  owners: 'nobody sees another’s money',
  explained: 'everything is explainable',
  private: 'personal data is in no log',
} as const;
