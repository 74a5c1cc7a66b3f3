// The signature rule, as every Node receiver here applies it.
import crypto from 'node:crypto';

const WINDOW_S = 300;

export function isGenuine(body, { 'x-timestamp': timestamp = '', 'x-signature': signature = '' }) {
  if (!/^\d{10}$/.test(timestamp) || !/^[0-9a-f]{64}$/.test(signature)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > WINDOW_S) return false;
  const expected = crypto.createHmac('sha256', process.env.KWIKPAISA_SECRET_KEY).update(body).update(timestamp).digest();
  return crypto.timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
