/** The demo customer, known to the Auth emulator alone. */
export const CUSTOMER = { name: 'Ida', email: 'ida@example.com', password: 'counterfoil' };

export type SignedIn = { readonly uid: string; readonly idToken: string };

/** Signs the demo customer up, or in where she is known already. */
export async function signIn(
  auth: string,
  customer: { email: string; password: string } = CUSTOMER,
): Promise<SignedIn> {
  const signedUp = await ask('signUp');
  if (signedUp.ok) return read(signedUp);
  const signedIn = await ask('signInWithPassword');
  if (signedIn.ok) return read(signedIn);
  throw new Error(`The Auth emulator answered ${signedIn.status}.`);

  function ask(method: string): Promise<Response> {
    const { email, password } = customer;
    return fetch(signInUrl(auth, method), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password, returnSecureToken: true }),
    });
  }
}

export function signInUrl(auth: string, method = 'signInWithPassword'): string {
  return `${auth}/identitytoolkit.googleapis.com/v1/accounts:${method}?key=local`;
}

async function read(response: Response): Promise<SignedIn> {
  const { localId, idToken } = (await response.json()) as { localId: string; idToken: string };
  return { uid: localId, idToken };
}
