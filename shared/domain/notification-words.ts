export type Language = 'en' | 'da' | 'sv' | 'nb';

/** The words of a language; amounts and dates come formatted, and a text is nothing but their sentence. */
export type Words = {
  /** Titles where the bank names nobody. */
  readonly purchase: string;
  readonly transfer: string;
  readonly income: string;
  readonly refund: string;
  readonly directDebit: string;
  readonly booked: (amount: string, on: string) => string;
  readonly partlyBooked: (amount: string) => string;
  readonly refunded: string;
  readonly released: (amount: string) => string;
  readonly expired: (amount: string) => string;
  readonly declined: (amount: string) => string;
  readonly onItsWay: (amount: string) => string;
  readonly sent: (amount: string, on: string) => string;
  readonly cancelled: (amount: string) => string;
  readonly received: (amount: string) => string;
  readonly givenBack: (amount: string) => string;
  readonly announced: (amount: string, on: string) => string;
  readonly notCollected: (amount: string) => string;
  readonly broughtBack: (amount: string) => string;
  readonly notPaid: (amount: string, why: string) => string;
  readonly cameBack: (amount: string, why: string) => string;
  readonly paidAfterAll: (amount: string) => string;
  /** Why a payment was not paid, or came back: a sentence each. */
  readonly 'insufficient-funds': string;
  readonly limit: string;
  readonly 'account-unknown': string;
  readonly 'account-closed': string;
  readonly 'not-received': string;
  readonly 'not-carried-out': string;
  readonly 'sent-back': string;
  readonly frozen: readonly [title: string, body: string];
  readonly unfrozen: readonly [title: string, body: string];
  readonly closed: readonly [title: string, body: string];
  readonly 'device-registered': readonly [title: string, body: string];
  readonly 'passkey-registered': readonly [title: string, body: string];
};

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    purchase: 'Card purchase',
    transfer: 'Transfer',
    income: 'Money in',
    refund: 'Refund',
    directDebit: 'Direct debit',
    booked: (amount, on) => `${amount}, booked ${on}`,
    partlyBooked: (amount) => `${amount} is booked, the rest is reserved`,
    refunded: 'All of it has been refunded',
    released: (amount) => `${amount} is no longer reserved`,
    expired: (amount) => `The reservation of ${amount} has expired`,
    declined: (amount) => `The purchase of ${amount} was declined`,
    onItsWay: (amount) => `${amount} is on its way`,
    sent: (amount, on) => `${amount}, sent ${on}`,
    cancelled: (amount) => `The transfer of ${amount} was cancelled`,
    received: (amount) => `${amount} has arrived`,
    givenBack: (amount) => `${amount} has been refunded`,
    announced: (amount, on) => `${amount} will be collected on ${on}`,
    notCollected: (amount) => `${amount} was not collected`,
    broughtBack: (amount) => `${amount} has been given back`,
    notPaid: (amount, why) => `${amount} was not paid. ${why}`,
    cameBack: (amount, why) => `${amount} came back to your account. ${why}`,
    paidAfterAll: (amount) => `${amount} is paid after all`,
    'insufficient-funds': 'There was not enough money in your account.',
    limit: 'It is more than your limit allows.',
    'account-unknown': 'There is no account with that number.',
    'account-closed': 'The account that you paid to is closed or blocked.',
    'not-received': 'The bank never got it, so you can order it again.',
    'not-carried-out': 'It could not be carried out.',
    'sent-back': 'The other bank sent it back.',
    frozen: [
      'Your account is frozen',
      'Nothing can be paid from it for now. Contact us if you do not know why.',
    ],
    unfrozen: ['Your account is open again', 'You can pay from it as before.'],
    closed: ['Your account is closed', 'Contact us if you did not ask for this.'],
    'device-registered': [
      'A new device was registered',
      'It gets your notifications from now on. If it is not yours, contact us at once.',
    ],
    'passkey-registered': [
      'A new passkey was added',
      'Payments can be approved with it from now on. If it is not yours, contact us at once.',
    ],
  },
  da: {
    purchase: 'Kortkøb',
    transfer: 'Overførsel',
    income: 'Indbetaling',
    refund: 'Refusion',
    directDebit: 'Opkrævning',
    booked: (amount, on) => `${amount}, bogført ${on}`,
    partlyBooked: (amount) => `${amount} er bogført, resten er reserveret`,
    refunded: 'Hele beløbet er refunderet',
    released: (amount) => `${amount} er ikke længere reserveret`,
    expired: (amount) => `Reservationen på ${amount} er udløbet`,
    declined: (amount) => `Købet på ${amount} blev afvist`,
    onItsWay: (amount) => `${amount} er på vej`,
    sent: (amount, on) => `${amount}, sendt ${on}`,
    cancelled: (amount) => `Overførslen på ${amount} er annulleret`,
    received: (amount) => `${amount} er gået ind`,
    givenBack: (amount) => `${amount} er refunderet`,
    announced: (amount, on) => `${amount} bliver opkrævet ${on}`,
    notCollected: (amount) => `${amount} blev ikke opkrævet`,
    broughtBack: (amount) => `${amount} er betalt tilbage`,
    notPaid: (amount, why) => `${amount} blev ikke betalt. ${why}`,
    cameBack: (amount, why) => `${amount} er kommet tilbage på din konto. ${why}`,
    paidAfterAll: (amount) => `${amount} bliver alligevel betalt`,
    'insufficient-funds': 'Der var ikke penge nok på din konto.',
    limit: 'Det er mere, end din grænse tillader.',
    'account-unknown': 'Der er ingen konto med det nummer.',
    'account-closed': 'Kontoen, som du betalte til, er lukket eller spærret.',
    'not-received': 'Banken fik den aldrig, så du kan betale igen.',
    'not-carried-out': 'Betalingen kunne ikke gennemføres.',
    'sent-back': 'Modtagerens bank sendte pengene tilbage.',
    frozen: [
      'Din konto er spærret',
      'Der kan ikke betales fra den lige nu. Kontakt os, hvis du ikke ved hvorfor.',
    ],
    unfrozen: ['Din konto er åben igen', 'Du kan betale fra den som før.'],
    closed: ['Din konto er lukket', 'Kontakt os, hvis du ikke har bedt om det.'],
    'device-registered': [
      'En ny enhed er registreret',
      'Den får dine notifikationer fra nu af. Er den ikke din, så kontakt os med det samme.',
    ],
    'passkey-registered': [
      'En ny adgangsnøgle er tilføjet',
      'Betalinger kan godkendes med den fra nu af. Er den ikke din, så kontakt os med det samme.',
    ],
  },
  sv: {
    purchase: 'Kortköp',
    transfer: 'Överföring',
    income: 'Insättning',
    refund: 'Återbetalning',
    directDebit: 'Autogiro',
    booked: (amount, on) => `${amount}, bokfört ${on}`,
    partlyBooked: (amount) => `${amount} är bokfört, resten är reserverat`,
    refunded: 'Hela beloppet är återbetalat',
    released: (amount) => `${amount} är inte längre reserverat`,
    expired: (amount) => `Reservationen på ${amount} har gått ut`,
    declined: (amount) => `Köpet på ${amount} nekades`,
    onItsWay: (amount) => `${amount} är på väg`,
    sent: (amount, on) => `${amount}, skickat ${on}`,
    cancelled: (amount) => `Överföringen på ${amount} har avbrutits`,
    received: (amount) => `${amount} har kommit in`,
    givenBack: (amount) => `${amount} har återbetalats`,
    announced: (amount, on) => `${amount} dras ${on}`,
    notCollected: (amount) => `${amount} drogs inte`,
    broughtBack: (amount) => `${amount} har betalats tillbaka`,
    notPaid: (amount, why) => `${amount} betalades inte. ${why}`,
    cameBack: (amount, why) => `${amount} har kommit tillbaka till ditt konto. ${why}`,
    paidAfterAll: (amount) => `${amount} betalas trots allt`,
    'insufficient-funds': 'Det fanns inte tillräckligt med pengar på ditt konto.',
    limit: 'Det är mer än din gräns tillåter.',
    'account-unknown': 'Det finns inget konto med det numret.',
    'account-closed': 'Kontot som du betalade till är stängt eller spärrat.',
    'not-received': 'Banken fick den aldrig, så du kan betala igen.',
    'not-carried-out': 'Betalningen kunde inte genomföras.',
    'sent-back': 'Mottagarens bank skickade tillbaka pengarna.',
    frozen: [
      'Ditt konto är spärrat',
      'Inget kan betalas från det just nu. Kontakta oss om du inte vet varför.',
    ],
    unfrozen: ['Ditt konto är öppet igen', 'Du kan betala från det som förut.'],
    closed: ['Ditt konto är stängt', 'Kontakta oss om du inte har bett om det.'],
    'device-registered': [
      'En ny enhet har registrerats',
      'Den får dina aviseringar från och med nu. Om den inte är din, kontakta oss genast.',
    ],
    'passkey-registered': [
      'En ny lösennyckel har lagts till',
      'Betalningar kan godkännas med den från och med nu. Om den inte är din, kontakta oss genast.',
    ],
  },
  nb: {
    purchase: 'Kortkjøp',
    transfer: 'Overføring',
    income: 'Innbetaling',
    refund: 'Refusjon',
    directDebit: 'Automatisk trekk',
    booked: (amount, on) => `${amount}, bokført ${on}`,
    partlyBooked: (amount) => `${amount} er bokført, resten er reservert`,
    refunded: 'Hele beløpet er refundert',
    released: (amount) => `${amount} er ikke lenger reservert`,
    expired: (amount) => `Reservasjonen på ${amount} er utløpt`,
    declined: (amount) => `Kjøpet på ${amount} ble avvist`,
    onItsWay: (amount) => `${amount} er på vei`,
    sent: (amount, on) => `${amount}, sendt ${on}`,
    cancelled: (amount) => `Overføringen på ${amount} er avbrutt`,
    received: (amount) => `${amount} er kommet inn`,
    givenBack: (amount) => `${amount} er refundert`,
    announced: (amount, on) => `${amount} trekkes ${on}`,
    notCollected: (amount) => `${amount} ble ikke trukket`,
    broughtBack: (amount) => `${amount} er betalt tilbake`,
    notPaid: (amount, why) => `${amount} ble ikke betalt. ${why}`,
    cameBack: (amount, why) => `${amount} er kommet tilbake til kontoen din. ${why}`,
    paidAfterAll: (amount) => `${amount} blir likevel betalt`,
    'insufficient-funds': 'Det var ikke nok penger på kontoen din.',
    limit: 'Det er mer enn grensen din tillater.',
    'account-unknown': 'Det finnes ingen konto med det nummeret.',
    'account-closed': 'Kontoen som du betalte til, er stengt eller sperret.',
    'not-received': 'Banken fikk den aldri, så du kan betale på nytt.',
    'not-carried-out': 'Betalingen kunne ikke gjennomføres.',
    'sent-back': 'Mottakerens bank sendte pengene tilbake.',
    frozen: [
      'Kontoen din er sperret',
      'Ingenting kan betales fra den nå. Kontakt oss hvis du ikke vet hvorfor.',
    ],
    unfrozen: ['Kontoen din er åpen igjen', 'Du kan betale fra den som før.'],
    closed: ['Kontoen din er stengt', 'Kontakt oss hvis du ikke har bedt om det.'],
    'device-registered': [
      'En ny enhet er registrert',
      'Den får varslene dine fra nå av. Kontakt oss med en gang hvis den ikke er din.',
    ],
    'passkey-registered': [
      'En ny tilgangsnøkkel er lagt til',
      'Betalinger kan godkjennes med den fra nå av. Kontakt oss med en gang hvis den ikke er din.',
    ],
  },
};
