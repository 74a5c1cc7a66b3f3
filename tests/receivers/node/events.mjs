// From a verified body to the store, and back to golive's hooks.
import { credits, open, record, state } from '../../../examples/merchants/node/store.js';

const db = open();

/** Applies an event once. False when the body is not an event. */
export function apply(body) {
  let message;
  try {
    message = JSON.parse(body);
  } catch {
    return false;
  }
  const { event, data } = message ?? {};
  if (typeof event !== 'string' || typeof data !== 'object' || data === null) return false;
  const reference = String(data.transaction_id ?? data.payout_id ?? data.order_id ?? '');
  const id = String(data.order_id ?? data.payout_order_id ?? '');
  record(db, { event, id, reference, amount: String(data.amount), currency: String(data.currency), body: String(body) });
  return true;
}

export const ledger = (id) => ({ count: credits(db, id), state: state(db, id) });
