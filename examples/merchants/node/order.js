// Makes a test order and prints it, or as many as it is told to: what golive's [webhook.order] command asks.
import { open, order } from './store.js';

const db = open();
for (let left = Number(process.argv[2] ?? 1); left > 0; left -= 1) {
  console.log(JSON.stringify({ order_id: order(db, 100, 'INR'), amount: '1.00' }));
}
