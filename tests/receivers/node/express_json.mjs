// Express with the other common way to keep the bytes: express.json parses every body and its verify hook sets the raw one aside. Malformed
// JSON is 400 before any signature is looked at.
import express from 'express';
import { apply, ledger } from './events.mjs';
import { isGenuine } from './signature.mjs';

const app = express();
app.use(express.json({ verify: (req, res, raw) => { req.rawBody = raw; } }));
app.post('/api/webhooks/kwikpaisa', (req, res) => {
  if (!isGenuine(req.rawBody, req.headers)) return res.status(401).json({ error: 'invalid signature' });
  if (!apply(req.rawBody)) return res.status(400).json({ error: 'not an event' });
  res.json({ received: true });
});
app.get('/ledger/:id', (req, res) => res.json(ledger(req.params.id)));
app.listen(Number(process.env.PORT), '127.0.0.1');
