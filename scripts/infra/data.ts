import * as z from 'zod';
import { topicsOf } from '../../shared/runtime/declared.ts';
import { each, text } from './resources.ts';
import { differ, functionsOf, must, ofType, type Rule, type World } from './world.ts';

const indexFile = z.object({
  indexes: z.array(
    z.object({
      collectionGroup: z.string(),
      queryScope: z.string(),
      fields: z.array(z.object({ fieldPath: z.string(), order: z.string() })),
    }),
  ),
  fieldOverrides: z.array(
    z.object({
      collectionGroup: z.string(),
      fieldPath: z.string(),
      ttl: z.boolean().default(false),
      indexes: z.array(
        z.object({
          order: z.string().default(''),
          arrayConfig: z.string().default(''),
          queryScope: z.string(),
        }),
      ),
    }),
  ),
});

/** What is kept can be had back, is asked for as the functions ask, and is shown to nobody else. */
export const data: readonly Rule[] = [database, indexes, rulesOfFirestore, archive];

function database(world: World): string[] {
  return [
    ...must(ofType(world, 'google_firestore_database').length === 1, 'there is not one database'),
    ...must(ofType(world, 'google_firestore_backup_schedule').length > 0, 'nothing is backed up'),
    ...ofType(world, 'google_firestore_database').flatMap((found) => [
      ...must(text(found, 'type') === 'FIRESTORE_NATIVE', 'the database does not speak to apps'),
      ...must(
        /_ENABLED$/.test(text(found, 'point_in_time_recovery_enablement')),
        'no earlier minute can be had back',
      ),
      ...must(/_ENABLED$/.test(text(found, 'delete_protection_state')), 'the database can be deleted'),
    ]),
  ];
}

function indexes(world: World): string[] {
  const file = indexFile.parse(JSON.parse(world.indexes));
  const is = ofType(world, 'google_firestore_index').map((index) =>
    [
      text(index, 'collection'),
      text(index, 'query_scope'),
      ...each(index, 'fields').map((field) => `${text(field, 'field_path')} ${text(field, 'order')}`),
    ].join(' '),
  );
  const wanted = file.indexes.map(({ collectionGroup, queryScope, fields }) =>
    [collectionGroup, queryScope, ...fields.map(({ fieldPath, order }) => `${fieldPath} ${order}`)].join(' '),
  );
  const fields = ofType(world, 'google_firestore_field').map((field) => {
    const single = each(field, 'index_config.0.indexes').map((index) =>
      [text(index, 'order'), text(index, 'array_config'), text(index, 'query_scope')].join(':'),
    );
    const ttl = each(field, 'ttl_config').length > 0;
    return [text(field, 'collection'), text(field, 'field'), `ttl ${ttl}`, ...single].join(' ');
  });
  const overrides = file.fieldOverrides.map(({ collectionGroup, fieldPath, ttl, indexes: single }) =>
    [
      collectionGroup,
      fieldPath,
      `ttl ${ttl}`,
      ...single.map(({ order, arrayConfig, queryScope }) => [order, arrayConfig, queryScope].join(':')),
    ].join(' '),
  );
  return [...differ('the indexes', is, wanted), ...differ('the fields', fields, overrides)];
}

function rulesOfFirestore(world: World): string[] {
  const [ruleset] = ofType(world, 'google_firebaserules_ruleset');
  const releases = ofType(world, 'google_firebaserules_release').map((release) => text(release, 'name'));
  return [
    ...must(text(ruleset, 'source.0.files.0.content') === world.rules, 'the rules are not firestore.rules'),
    ...differ('the released rules', releases, ['cloud.firestore']),
  ];
}

function archive(world: World): string[] {
  const archived = ofType(world, 'google_pubsub_subscription')
    .filter((subscription) => each(subscription, 'cloud_storage_config').length > 0)
    .map((subscription) => text(subscription, 'topic'));
  return [
    ...differ('the archive', archived, topicsOf(functionsOf(world))),
    ...ofType(world, 'google_storage_bucket').flatMap((bucket) => [
      ...must(
        text(bucket, 'public_access_prevention') === 'enforced',
        `${bucket.address} may be made public`,
      ),
      ...must(
        text(bucket, 'uniform_bucket_level_access') === 'true',
        `${bucket.address} has objects with rights of their own`,
      ),
      ...must(each(bucket, 'lifecycle_rule').length > 0, `${bucket.address} keeps everything for ever`),
      ...must(text(bucket, 'location') === world.region, `${bucket.address} leaves ${world.region}`),
    ]),
  ];
}
