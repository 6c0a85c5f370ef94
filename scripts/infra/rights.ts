import { publishedBy, variablesOf } from '../manifest/declared.ts';
import { each, type Resource, text } from './resources.ts';
import { differ, functionsOf, memberOf, must, ofType, type Rule, type World } from './world.ts';

const isRight = ({ type }: Resource) => /_iam_(member|binding|policy)$/.test(type);
const membersOf = (right: Resource) => [
  text(right, 'member'),
  ...each(right, 'members').map((member) => String(member)),
];

/** Who may do what, said exactly: what nothing declares is as wrong as what is missing. */
export const rights: readonly Rule[] = [
  nothingWide,
  publicSurfaces,
  invokers,
  publishers,
  secretReaders,
  projectRoles,
];

/** Only one member at a time is added to a policy, so that nothing which others granted is taken away. */
function nothingWide({ resources }: World): string[] {
  return resources
    .filter(isRight)
    .flatMap((right) => [
      ...must(right.type.endsWith('_member'), `${right.address} replaces what others granted`),
      ...must(
        !/^roles\/(owner|editor|viewer)$/.test(text(right, 'role')),
        `${right.address} grants ${text(right, 'role')}, a primitive role`,
      ),
    ]);
}

function publicSurfaces(world: World): string[] {
  const open = world.resources
    .filter(isRight)
    .filter((right) => membersOf(right).some((member) => /^all(Users|AuthenticatedUsers)$/.test(member)))
    .map((right) => `${right.type} ${text(right, 'role')} ${text(right, 'name') || text(right, 'project')}`);
  const wanted = functionsOf(world)
    .filter(({ trigger }) => trigger === 'request')
    .map(({ name }) => `google_cloud_run_v2_service_iam_member roles/run.invoker ${name}`);
  return differ('what is open to everybody', open, wanted);
}

function invokers(world: World): string[] {
  const by = {
    event: memberOf(world, 'push-events'),
    schedule: memberOf(world, 'tick-schedules'),
    request: 'allUsers',
  };
  const is = ofType(world, 'google_cloud_run_v2_service_iam_member').map(
    (right) => `${text(right, 'member')} ${text(right, 'role')} ${text(right, 'name')}`,
  );
  const wanted = functionsOf(world).map(({ name, trigger }) => `${by[trigger]} roles/run.invoker ${name}`);
  return differ('who may call', is, wanted);
}

function publishers(world: World): string[] {
  const is = ofType(world, 'google_pubsub_topic_iam_member').map(
    (right) => `${text(right, 'member')} ${text(right, 'role')} ${text(right, 'topic')}`,
  );
  const declared = functionsOf(world).flatMap((fn) =>
    [...new Set(publishedBy(fn).map(({ topic }) => topic))].map(
      (topic) => `${memberOf(world, fn.name)} ${PUBLISHER} ${topic}`,
    ),
  );
  return differ('who may publish', is.map(withoutNumber), [
    ...declared,
    `gcp-sa-pubsub ${PUBLISHER} dead-letters`,
    `gcp-sa-secretmanager ${PUBLISHER} secret-rotation`,
  ]);
}

const PUBLISHER = 'roles/pubsub.publisher';

/** Of Google's own service agents, the service's name. */
function withoutNumber(right: string): string {
  return right.replace(/^serviceAccount:service-\d+@([\w-]+)\.iam\.gserviceaccount\.com/, '$1');
}

function secretReaders(world: World): string[] {
  const is = ofType(world, 'google_secret_manager_secret_iam_member').map(
    (right) => `${text(right, 'member')} ${text(right, 'role')} ${text(right, 'secret_id')}`,
  );
  const wanted = functionsOf(world).flatMap((fn) =>
    variablesOf(fn)
      .filter(({ secret }) => secret)
      .map(
        ({ name }) =>
          `${memberOf(world, fn.name)} roles/secretmanager.secretAccessor ${secretOf(world, name)}`,
      ),
  );
  return differ('who may read secrets', is, wanted);
}

/** The secret that a variable is read from. */
export function secretOf({ project }: World, variable: string): string {
  return `projects/${project}/secrets/${variable.toLowerCase().replaceAll('_', '-')}`;
}

/** On the whole project: the one database, what a scope stands for, and what a collector sends on. */
function projectRoles(world: World): string[] {
  const is = ofType(world, 'google_project_iam_member').map(
    (right) => `${text(right, 'member')} ${text(right, 'role')} ${text(right, 'condition.0.expression')}`,
  );
  const database = `resource.name == "projects/${world.project}/databases/(default)"`;
  const measured = ofType(world, 'google_cloud_run_v2_service').some(
    (service) => each(service, CONTAINERS).length > 1,
  );
  const wanted = functionsOf(world).flatMap((fn) => {
    const stores = fn.trigger !== 'request' || fn.caller !== 'bank';
    const roles = [
      ...(stores ? [`roles/datastore.user ${database}`] : []),
      ...(fn.scopes ?? []).map((scope) => `${SCOPES[scope]?.replace('$', world.project)} `),
      ...(measured ? ['roles/monitoring.metricWriter ', 'roles/cloudtrace.agent '] : []),
    ];
    return roles.map((role) => `${memberOf(world, fn.name)} ${role}`);
  });
  const [push] = ofType(world, 'google_project_iam_custom_role').map((role) => each(role, 'permissions'));
  return [
    ...differ('who may do what in the project', is, wanted),
    ...differ('the push sender', (push ?? []).map(String), ['cloudmessaging.messages.create']),
  ];
}

const CONTAINERS = 'template.0.containers';
const SCOPES: Readonly<Record<string, string>> = {
  'https://www.googleapis.com/auth/firebase.messaging': 'projects/$/roles/pushSender',
};
