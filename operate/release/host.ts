import type { Call } from './call.ts';
import type { Revision, Service } from './service.ts';

/** Where functions run, as a release sees it: Cloud Run or Knative. What it cannot do, it throws as a `Refusal`. */
export type Host = {
  service(name: string): Promise<Service>;
  revision(name: string): Promise<Revision>;
  /** The newest first. */
  revisions(service: string): Promise<Revision[]>;
  /** Makes a revision of this image: ready, under the tag, and with no traffic, which stays with `serving`. */
  deploy(service: Service, image: string, serving: string): Promise<Service>;
  /** Gives each revision its percent, and the tag to the candidate, or to nobody. */
  route(service: Service, shares: Readonly<Record<string, number>>, candidate?: string): Promise<Service>;
  /** Calls the candidate at its own address; undefined, or what it answered in place of what is expected. */
  call(service: Service, url: string, call: Call): Promise<string | undefined>;
  /** Takes away what calling it took. */
  close(name: string): Promise<void>;
};
