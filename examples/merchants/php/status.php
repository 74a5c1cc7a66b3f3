<?php
// Prints the state of an order or a payout: what golive's [webhook.status] command asks.
declare(strict_types=1);

require __DIR__ . '/store.php';

echo state($argv[1]), "\n";
