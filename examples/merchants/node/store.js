// What was ordered, received and credited, and what each order has come to: all of an event in one transaction.
import crypto from 'node:crypto';
import fs from 'node:fs';
import sqlite from 'node-sqlite3-wasm';

// Events come in any order: a state yields only to one of a higher rank.
const STATES = {
  'payment.processing': ['processing', 1],
  'payment.failed': ['failed', 2],
  'payment.expired': ['expired', 2],
  'payment.success': ['paid', 3],
  'payout.processing': ['processing', 1],
  'payout.failed': ['failed', 2],
  'payout.success': ['paid', 3],
  'payout.reversed': ['reversed', 4],
};

const FILE = process.env.DATABASE ?? 'merchant.sqlite';
// This SQLite locks by a folder beside the file, which a process that is killed leaves behind. Nobody works for that long.
const STALE_MS = 10_000;
const PATIENCE_MS = 30_000;

/** Does it once the file is free: the server and golive's questions share it. */
function patiently(action) {
  const began = Date.now();
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!error.message.includes('locked') || Date.now() - began > PATIENCE_MS) throw error;
      const since = fs.statSync(`${FILE}.lock`, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > STALE_MS) fs.rmSync(`${FILE}.lock`, { recursive: true, force: true });
    }
  }
}

export function open() {
  const db = new sqlite.Database(FILE);
  db.exec('PRAGMA busy_timeout = 1000');
  patiently(() => db.exec(`
    CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
    CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, paise INTEGER, currency TEXT);
    CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, paise INTEGER);
    CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT, rank INTEGER);
  `));
  return db;
}

/** A new order, as the shop makes one when a customer checks out. */
export function order(db, paise, currency) {
  const orderId = crypto.randomUUID();
  patiently(() => db.run('INSERT INTO orders VALUES (?, ?, ?)', [orderId, paise, currency]));
  return orderId;
}

/** An amount in paise, however it is spelled: "1.00", "1" and 1 are the same. */
function paise(amount) {
  const [, rupees, part = ''] = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(amount) ?? [];
  return rupees === undefined ? null : Number(rupees) * 100 + Number(part.padEnd(2, '0'));
}

/**
 * Stores an event once, credits an order once and moves its state. A payment of another amount or currency than the order's is stored and
 * does nothing more: a person looks at it. Node runs this to its end before it takes the next request.
 */
export function record(db, { event, id, reference, amount, currency, body }) {
  patiently(() => db.exec('BEGIN IMMEDIATE'));
  try {
    const { changes } = db.run('INSERT OR IGNORE INTO events VALUES (?, ?, ?)', [event, reference, body]);
    const paid = [id, paise(amount), currency];
    const fits = event !== 'payment.success' || db.get('SELECT 1 FROM orders WHERE order_id = ? AND paise = ? AND currency = ?', paid);
    if (changes === 1 && fits && event === 'payment.success') {
      db.run('INSERT OR IGNORE INTO credits VALUES (?, ?)', paid.slice(0, 2));
    }
    if (changes === 1 && fits && Object.hasOwn(STATES, event)) {
      db.run(
        `INSERT INTO states VALUES (?, ?, ?) ON CONFLICT (id)
         DO UPDATE SET state = excluded.state, rank = excluded.rank WHERE excluded.rank > states.rank`,
        [id, ...STATES[event]],
      );
    }
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

export function credits(db, orderId) {
  return patiently(() => db.get('SELECT count(*) AS n FROM credits WHERE order_id = ?', [orderId])).n;
}

export function state(db, id) {
  return patiently(() => db.get('SELECT state FROM states WHERE id = ?', [id]))?.state ?? 'new';
}
