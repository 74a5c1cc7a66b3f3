// Express as its documentation has it: express.raw for JSON only, so an unlabelled body never becomes a buffer and the handler throws.
import express from 'express';
import { apply, ledger } from './events.mjs';
import { isGenuine } from './signature.mjs';

const app = express();
app.post('/api/webhooks/kwikpaisa', express.raw({ type: 'application/json' }), (req, res) => {
  if (!isGenuine(req.body, req.headers)) return res.status(401).send('invalid signature');
  if (!apply(req.body)) return res.status(400).send('not an event');
  res.status(200).send('OK');
});
app.get('/ledger/:id', (req, res) => res.json(ledger(req.params.id)));
app.listen(Number(process.env.PORT), '127.0.0.1');
