import { CLOUD_ALERTS, cloudAlerts } from '../manifest/cloud-alerts.ts';
import { text } from './resources.ts';
import { differ, must, ofType, type Rule, type World } from './world.ts';

/** What customers may count on is watched, and whoever is woken knows where to read. */
export const watched: readonly Rule[] = [allAlerts, runbooks, dashboard];

function runbooks(world: World): string[] {
  const found = ofType(world, 'google_monitoring_alert_policy');
  return found.flatMap((policy) => {
    const page = /\/([\w-]+\.md)\)/.exec(text(policy, 'documentation.0.content'))?.[1] ?? '';
    return [
      ...must(world.runbooks.has(page), `${text(policy, 'display_name')} has no runbook`),
      ...must(text(policy, 'notification_channels.0') !== '', `${text(policy, 'display_name')} tells nobody`),
    ];
  });
}

/** All that the registry and the objectives ask for, and nothing else. */
function allAlerts(world: World): string[] {
  const { alerts: declared } = JSON.parse(cloudAlerts(world.registry)) as { alerts: Record<string, unknown> };
  const found = ofType(world, 'google_monitoring_alert_policy').map((policy) => text(policy, 'display_name'));
  return differ(`what is watched beside ${CLOUD_ALERTS}`, found, [...Object.keys(declared), 'backlog-page']);
}

function dashboard(world: World): string[] {
  return must(ofType(world, 'google_monitoring_dashboard').length === 1, 'there is no dashboard');
}
