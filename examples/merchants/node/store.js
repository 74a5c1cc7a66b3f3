// What was received, what was credited and what each order has come to: all of an event in one transaction.
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

export function open() {
  const db = new sqlite.Database(process.env.DATABASE ?? 'merchant.sqlite');
  // The server and golive's question share the file.
  db.exec('PRAGMA busy_timeout = 30000');
  db.exec(`
    CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
    CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, amount TEXT);
    CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT, rank INTEGER);
  `);
  return db;
}

/** Stores an event once, credits an order once and moves its state. Node runs this to its end before it takes the next request. */
export function record(db, { event, id, reference, amount, body }) {
  db.exec('BEGIN IMMEDIATE');
  try {
    const { changes } = db.run('INSERT OR IGNORE INTO events VALUES (?, ?, ?)', [event, reference, body]);
    if (changes === 1 && event === 'payment.success') db.run('INSERT OR IGNORE INTO credits VALUES (?, ?)', [id, amount]);
    if (changes === 1 && Object.hasOwn(STATES, event)) {
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
  return db.get('SELECT count(*) AS n FROM credits WHERE order_id = ?', [orderId]).n;
}

export function state(db, id) {
  return db.get('SELECT state FROM states WHERE id = ?', [id])?.state ?? 'new';
}
