<?php
// Makes a test order and prints it, or as many as it is told to: what golive's [webhook.order] command asks.
declare(strict_types=1);

require __DIR__ . '/store.php';

for ($left = (int) ($argv[1] ?? 1); $left > 0; $left--) {
    echo json_encode(['order_id' => order(100, 'INR'), 'amount' => '1.00']), "\n";
}
