import { at, each, text } from './resources.ts';
import { differ, functionsOf, must, ofType, type Rule, type World } from './world.ts';

/** What comes from outside comes encrypted, at a bounded pace, and to the function whose route it is. */
export const front: readonly Rule[] = [routes, doors, policies];

function routes(world: World): string[] {
  const requests = functionsOf(world).filter((fn) => fn.trigger === 'request');
  const wanted = requests.map(({ name, routes: of }) => {
    const paths = of.map((route) => (route.split(' ')[1] ?? '').replaceAll(/:\w+/g, '*'));
    return { name, paths: [...new Set(paths)].sort() };
  });
  const [map] = ofType(world, 'google_compute_url_map');
  const found = each(map, 'path_matcher.0.route_rules').map((rule) =>
    each(rule, 'match_rules')
      .map((match) => text(match, 'path_template_match'))
      .sort()
      .join(' '),
  );
  const backends = ofType(world, 'google_compute_backend_service').map((backend) => text(backend, 'name'));
  return [
    ...differ(
      'the load balancer',
      found,
      wanted.map(({ paths }) => paths.join(' ')),
    ),
    ...differ('the backends', backends, [...requests.map(({ name }) => name), 'nowhere']),
    ...wanted.flatMap(({ name, paths }) =>
      wanted
        .filter((other) => other.name > name)
        .flatMap((other) => paths.filter((path) => other.paths.some((its) => meet(path, its))))
        .map(
          (path) => `${path} of ${name} is another's too, and the load balancer chooses by the path alone`,
        ),
    ),
  ];
}

/** Whether one path can be both. */
function meet(a: string, b: string): boolean {
  const [as, bs] = [a.split('/'), b.split('/')];
  return as.length === bs.length && as.every((part, n) => part === bs[n] || part === '*' || bs[n] === '*');
}

function doors(world: World): string[] {
  const policies = ofType(world, 'google_compute_security_policy').map((policy) => text(policy, 'id'));
  return [
    ...ofType(world, 'google_compute_global_forwarding_rule').flatMap((rule) => [
      ...must(
        text(rule, 'port_range') === '443',
        `${rule.address} listens on port ${text(rule, 'port_range')}`,
      ),
      ...must(
        text(rule, 'load_balancing_scheme') === 'EXTERNAL_MANAGED',
        `${rule.address} is not Google's newer load balancer`,
      ),
    ]),
    ...must(ofType(world, 'google_compute_target_http_proxy').length === 0, 'something listens unencrypted'),
    ...ofType(world, 'google_compute_ssl_policy').flatMap((policy) =>
      must(text(policy, 'min_tls_version') === 'TLS_1_2', `${policy.address} lets old TLS in`),
    ),
    ...ofType(world, 'google_compute_target_https_proxy').flatMap((proxy) =>
      must(text(proxy, 'ssl_policy') !== '', `${proxy.address} lets old TLS in`),
    ),
    ...ofType(world, 'google_compute_backend_service').flatMap((backend) =>
      must(policies.includes(text(backend, 'security_policy')), `${backend.address} is protected by nothing`),
    ),
  ];
}

function policies(world: World): string[] {
  return ofType(world, 'google_compute_security_policy').flatMap((policy) => {
    const rules = each(policy, 'rule');
    const others = rules.filter((rule) => text(rule, 'priority') === '2147483647');
    const throttles = rules.some(
      (rule) => text(rule, 'action') === 'throttle' && at(rule, 'rate_limit_options.0') !== undefined,
    );
    const closed = others.some((rule) => text(rule, 'action').startsWith('deny'));
    return [
      ...must(others.length === 1, `${policy.address} has no rule for all others`),
      ...must(throttles || closed, `${policy.address} takes any number of requests`),
    ];
  });
}
