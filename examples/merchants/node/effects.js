// Prints how often an order was credited: what golive's [webhook.effects] command asks.
import { credits, open } from './store.js';

console.log(credits(open(), process.argv[2]));
