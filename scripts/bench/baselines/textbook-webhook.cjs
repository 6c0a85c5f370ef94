// A webhook as it is usually written: clients at the top, the library checks the signature, then a publish.
const functions = require('@google-cloud/functions-framework');
const { PubSub } = require('@google-cloud/pubsub');
const pino = require('pino');
const { Webhook } = require('standardwebhooks');
const { z } = require('zod');

const log = pino();
const pubsub = new PubSub();
const webhook = new Webhook(process.env.SANDBOX_WEBHOOK_SECRETS.split(',')[0]);
const delivery = z.object({ events: z.array(z.object({ id: z.string(), type: z.string() })) });

functions.http('webhook', async (request, response) => {
  const { events } = delivery.parse(webhook.verify(request.rawBody, request.headers));
  await pubsub.topic('partner-bank-webhooks').publishMessage({ data: request.rawBody });
  log.info({ events: events.length }, 'received');
  response.status(202).end();
});
