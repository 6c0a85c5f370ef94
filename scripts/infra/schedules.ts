import type { ScheduleFunction } from '../../shared/runtime/declared.ts';
import { type Resource, text } from './resources.ts';
import { functionsOf, must, one, type Rule, type World } from './world.ts';

/** What runs by the clock is called as often as it says, by our own account, and given the time that it may take. */
export const schedules: readonly Rule[] = [
  (world) => functionsOf(world).flatMap((fn) => (fn.trigger === 'schedule' ? ticked(world, fn) : [])),
];

function ticked(world: World, fn: ScheduleFunction): string[] {
  const found = one(world, 'google_cloud_scheduler_job', 'name', fn.name);
  const service = one(world, 'google_cloud_run_v2_service', 'name', fn.name);
  if (!found || !service) return must(found !== undefined, `${fn.name} has no schedule`);
  const { everyMinutes: minutes } = fn;
  const cron =
    minutes === 1 ? '* * * * *' : minutes < 60 ? `*/${minutes} * * * *` : `0 */${minutes / 60} * * *`;
  const seconds = (of: Resource, path: string) => Number.parseInt(text(of, path), 10);
  return [
    ...must(text(found, 'schedule') === cron, `${fn.name} is ticked by ${text(found, 'schedule')}`),
    ...must(text(found, 'time_zone') === 'Etc/UTC', `${fn.name} is ticked by a clock that is put back`),
    ...must(
      text(found, 'http_target.0.oidc_token.0.service_account_email') ===
        `tick-schedules@${world.project}.iam.gserviceaccount.com`,
      `${fn.name} is ticked without our token`,
    ),
    ...must(
      text(found, 'http_target.0.oidc_token.0.audience') === text(service, 'uri'),
      `${fn.name}: the token is not for it`,
    ),
    ...must(text(found, 'http_target.0.uri') === text(service, 'uri'), `${fn.name}: its ticks go elsewhere`),
    ...must(
      seconds(found, 'attempt_deadline') > seconds(service, 'template.0.timeout'),
      `${fn.name} is given up while it may still run`,
    ),
  ];
}
