// A KwikPaisa webhook receiver that is right: raw body, constant-time comparison, fresh timestamps, each event applied once,
// and only to an order that costs what was paid.
import crypto from 'node:crypto';
import express from 'express';
import { open, record } from './store.js';

const secret = process.env.KWIKPAISA_SECRET_KEY;
if (!secret) throw new Error('KWIKPAISA_SECRET_KEY is not set');
const WINDOW_S = 300;
const db = open();
const app = express();

function isGenuine(body, timestamp, signature) {
  if (!/^\d{10}$/.test(timestamp ?? '') || !/^[0-9a-f]{64}$/.test(signature ?? '')) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > WINDOW_S) return false;
  const expected = crypto.createHmac('sha256', secret).update(body).update(timestamp).digest();
  return crypto.timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}

// express.raw keeps the bytes as they came: the signature covers those, not what JSON.stringify would make of them.
app.post('/api/webhooks/kwikpaisa', express.raw({ type: () => true, limit: '256kb' }), (req, res) => {
  const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  if (!isGenuine(body, req.get('x-timestamp'), req.get('x-signature'))) return res.sendStatus(401);
  let message;
  try {
    message = JSON.parse(body.toString('utf8'));
  } catch {
    return res.sendStatus(400);
  }
  const { event, data } = message ?? {};
  if (typeof event !== 'string' || typeof data !== 'object' || data === null) return res.sendStatus(400);
  const reference = String(data.transaction_id ?? data.payout_id ?? data.order_id ?? '');
  const id = String(data.order_id ?? data.payout_order_id ?? '');
  const [amount, currency] = [String(data.amount), String(data.currency)];
  record(db, { event, id, reference, amount, currency, body: body.toString('utf8') });
  res.sendStatus(200);
});
app.all('/api/webhooks/kwikpaisa', (req, res) => res.set('Allow', 'POST').sendStatus(405));
app.use((error, req, res, next) => {
  if (res.headersSent) return next(error);
  console.error(error.message);
  res.sendStatus(error.status ?? 500);
});

const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
