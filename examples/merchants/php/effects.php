<?php
// Prints how often an order was credited: what golive's [webhook.effects] command asks.
declare(strict_types=1);

require __DIR__ . '/store.php';

echo credits($argv[1]), "\n";
