import { parseArgs } from 'node:util';
import type { Serving, Target } from './serving.ts';

type Change = {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec: {
    readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    readonly traffic?: readonly Target[];
  };
};

/** As much of `kubectl` and of a cluster with Knative as a release types. */
export function openKubectl(serving: Serving, namespace: string) {
  return {
    /** What it prints. */
    async say(args: readonly string[]): Promise<string> {
      const { positionals, values } = parseArgs({
        args: [...args],
        options: {
          namespace: { type: 'string' },
          output: { type: 'string' },
          type: { type: 'string' },
          patch: { type: 'string' },
          selector: { type: 'string' },
        },
        allowPositionals: true,
      });
      const [verb, resource, name = ''] = positionals;
      if (values.namespace !== namespace)
        throw new Error(`Error from server (NotFound): namespaces "${values.namespace}" not found`);
      if (verb === 'get' && resource === 'services.serving.knative.dev')
        return told(serving.service(name, name));
      if (verb === 'get' && resource === 'revisions.serving.knative.dev') {
        const service =
          values.selector?.replace('serving.knative.dev/service=', '') ?? name.replace(/-\d+$/, '');
        const items = serving.revisions(service, service);
        return told(
          values.selector ? { kind: 'List', items } : items.find(({ metadata }) => metadata.name === name),
        );
      }
      if (verb === 'patch' && resource === 'services.serving.knative.dev' && values.type === 'merge') {
        return told(patched(name, JSON.parse(values.patch ?? '') as Change));
      }
      throw new Error(`error: unknown command "${positionals.join(' ')}"`);
    },
  };

  /** Nothing of it is done where anything is refused, nor where it was made for what is no more. */
  function patched(name: string, { metadata, spec }: Change) {
    const before = serving.service(name, name);
    if (metadata.resourceVersion !== before.metadata.resourceVersion) {
      throw new Error(
        `Error from server (Conflict): the object has been modified; please apply your changes to the latest version`,
      );
    }
    const image = spec.template?.spec.containers[0]?.image;
    if (image !== undefined && image !== serving.imageOf(name)) serving.deploy(name, image);
    if (spec.traffic) serving.route(name, spec.traffic);
    return serving.service(name, name);
  }
}

function told(object: unknown): string {
  if (object === undefined) throw new Error('Error from server (NotFound)');
  return JSON.stringify(object);
}
