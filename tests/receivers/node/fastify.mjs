// Fastify with a content type parser that keeps the bytes: 415 for labels without a parser, 404 for other methods, JSON errors.
import Fastify from 'fastify';
import { apply, ledger } from './events.mjs';
import { isGenuine } from './signature.mjs';

const app = Fastify();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
app.post('/api/webhooks/kwikpaisa', async (request, reply) => {
  if (!isGenuine(request.body, request.headers)) return reply.code(401).send({ error: 'invalid signature' });
  if (!apply(request.body)) return reply.code(400).send({ error: 'not an event' });
  return { received: true };
});
app.get('/ledger/:id', async (request) => ledger(request.params.id));
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
