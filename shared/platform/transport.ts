/** How functions reach Google's services. `npm run soak -- --clients` builds them with Google's own clients in its place. */
export { googleRestPlatform as openPlatform } from './google-rest.ts';
