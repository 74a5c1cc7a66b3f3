// What was received and what was credited. One row an event, one row a credit, both in one transaction.
import sqlite from 'node-sqlite3-wasm';

export function open() {
  const db = new sqlite.Database(process.env.DATABASE ?? 'merchant.sqlite');
  // The server and golive's question share the file.
  db.exec('PRAGMA busy_timeout = 5000');
  db.exec(`
    CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
    CREATE TABLE IF NOT EXISTS credits (order_id TEXT, amount TEXT);
  `);
  return db;
}

/** Stores an event once and credits a paid order with it. Node runs this to its end before it takes the next request. */
export function record(db, event, reference, body, credit) {
  db.exec('BEGIN IMMEDIATE');
  try {
    const { changes } = db.run('INSERT OR IGNORE INTO events VALUES (?, ?, ?)', [event, reference, body]);
    if (changes === 1 && credit) db.run('INSERT INTO credits VALUES (?, ?)', [credit.orderId, credit.amount]);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

export function credits(db, orderId) {
  return db.get('SELECT count(*) AS n FROM credits WHERE order_id = ?', [orderId]).n;
}
