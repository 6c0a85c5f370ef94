/** What makes this authentication of a payment another one than the last: a random text, good until an instant. */
export type Challenge = { readonly nonce: string; readonly expiresAt: string };

/** By what a customer authorised a payment, as their passkey signed it: that they did is ours to prove (PSD2, article 72). */
export type Authorisation = {
  readonly passkeyId: string;
  /** COSE, base64url; the passkey itself may be removed. */
  readonly publicKey: string;
  readonly nonce: string;
  readonly clientDataJson: string;
  readonly authenticatorData: string;
  readonly signature: string;
};
