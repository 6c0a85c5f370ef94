import type { Cloud, On } from './cloud.ts';

export const FN = 'record-transaction';
export const [BEFORE, AFTER] = [`${FN}-00001`, `${FN}-00002`];
export const [OLD, NEW] = [
  `images.example/fn@sha256:${'a'.repeat(64)}`,
  `images.example/fn@sha256:${'c'.repeat(64)}`,
];

/** What was typed that changes something, without what is the same each time. */
export function changes({ calls }: Cloud): string[] {
  return calls
    .filter((call) => !/ (describe|get|list|print-access-token|print-identity-token) /.test(call))
    .map((call) =>
      call
        .replace(/ --project \S+ --quiet --format json --(region|location) \S+| --namespace .*$/, '')
        .replaceAll(/@sha256:(\w)\w+/g, '@$1')
        .replace(/"resourceVersion":"\d+"/, '')
        .replace(/--schedule .*--uri \S+\/at\//, '--uri .../at/')
        .replace(/--message-body \{.*\} /, ''),
    );
}

/** A new revision without traffic, and its call. */
export const DEPLOYED: Record<On, string[]> = {
  'cloud-run': [
    `gcloud run services update ${FN} --no-traffic --tag candidate --container function --image images.example/fn@c`,
    `gcloud scheduler jobs delete release-${FN}`,
    `gcloud scheduler jobs create http release-${FN} --uri .../at/${AFTER}/ --http-method POST --headers content-type=application/json --oidc-service-account-email push-events@demo-counterfoil.iam.gserviceaccount.com --oidc-token-audience https://${FN}.example`,
    `gcloud scheduler jobs run release-${FN}`,
  ],
  knative: [
    `kubectl patch services.serving.knative.dev ${FN} --type merge --patch {"metadata":{},"spec":{"template":{"spec":{"containers":[{"name":"${FN}","image":"images.example/fn@c"}]}},"traffic":[{"revisionName":"${BEFORE}","latestRevision":false,"percent":100},{"latestRevision":true,"percent":0,"tag":"candidate"}]}}`,
  ],
};

/** So much for the new revision, and the rest for the one before. */
export function moved(on: On, after: number, tag: boolean): string {
  const shares = [
    [AFTER, after],
    [BEFORE, 100 - after],
  ].filter(([, percent]) => percent !== 0);
  if (on === 'cloud-run') {
    const tags = tag ? `--set-tags candidate=${AFTER}` : '--clear-tags';
    const revisions = shares.map((share) => share.join('=')).join(',');
    return `gcloud run services update-traffic ${FN} --to-revisions ${revisions} ${tags}`;
  }
  const traffic = shares.map(([revisionName, percent]) => ({
    revisionName,
    latestRevision: false,
    percent,
    ...(tag && revisionName === AFTER && { tag: 'candidate' }),
  }));
  return `kubectl patch services.serving.knative.dev ${FN} --type merge --patch {"metadata":{},"spec":${JSON.stringify({ traffic })}}`;
}
