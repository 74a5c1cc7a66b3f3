// Prints the state of an order or a payout: what golive's [webhook.status] command asks.
import { open, state } from './store.js';

console.log(state(open(), process.argv[2]));
