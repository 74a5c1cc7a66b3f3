<?php
// What was received and what was credited. One row an event, one row a credit, both in one transaction.
declare(strict_types=1);

function store(): PDO
{
    $db = new PDO('sqlite:' . (getenv('DATABASE') ?: 'merchant.sqlite'), options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    $db->exec('PRAGMA busy_timeout = 30000');
    $db->exec('CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference))');
    $db->exec('CREATE TABLE IF NOT EXISTS credits (order_id TEXT, amount TEXT)');
    return $db;
}

/** Stores an event once and credits a paid order with it; IMMEDIATE takes the write lock before it looks. */
function record(string $event, string $reference, string $body, ?array $credit): void
{
    $db = store();
    $db->exec('BEGIN IMMEDIATE');
    $insert = $db->prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?)');
    $insert->execute([$event, $reference, $body]);
    if ($insert->rowCount() === 1 && $credit !== null) {
        $db->prepare('INSERT INTO credits VALUES (?, ?)')->execute($credit);
    }
    $db->exec('COMMIT');
}

function credits(string $orderId): int
{
    $count = store()->prepare('SELECT count(*) FROM credits WHERE order_id = ?');
    $count->execute([$orderId]);
    return (int) $count->fetchColumn();
}
