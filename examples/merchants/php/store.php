<?php
// What was received, what was credited and what each order has come to: all of an event in one transaction.
declare(strict_types=1);

// Events come in any order: a state yields only to one of a higher rank.
const STATES = [
    'payment.processing' => ['processing', 1],
    'payment.failed' => ['failed', 2],
    'payment.expired' => ['expired', 2],
    'payment.success' => ['paid', 3],
    'payout.processing' => ['processing', 1],
    'payout.failed' => ['failed', 2],
    'payout.success' => ['paid', 3],
    'payout.reversed' => ['reversed', 4],
];
const MOVE = 'INSERT INTO states VALUES (?, ?, ?) ON CONFLICT (id)
    DO UPDATE SET state = excluded.state, rank = excluded.rank WHERE excluded.rank > states.rank';

function store(): PDO
{
    $db = new PDO('sqlite:' . (getenv('DATABASE') ?: 'merchant.sqlite'), options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    $db->exec('PRAGMA busy_timeout = 30000');
    $db->exec('CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference))');
    $db->exec('CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, amount TEXT)');
    $db->exec('CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT, rank INTEGER)');
    return $db;
}

/** Stores an event once, credits an order once and moves its state; IMMEDIATE takes the write lock before it looks. */
function record(string $event, string $id, string $reference, string $amount, string $body): void
{
    $db = store();
    $db->exec('BEGIN IMMEDIATE');
    $insert = $db->prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?)');
    $insert->execute([$event, $reference, $body]);
    $new = $insert->rowCount() === 1;
    if ($new && $event === 'payment.success') {
        $db->prepare('INSERT OR IGNORE INTO credits VALUES (?, ?)')->execute([$id, $amount]);
    }
    if ($new && isset(STATES[$event])) {
        $move = $db->prepare(MOVE);
        [$state, $rank] = STATES[$event];
        $move->bindValue(1, $id);
        $move->bindValue(2, $state);
        // A bound text would be greater than every number.
        $move->bindValue(3, $rank, PDO::PARAM_INT);
        $move->execute();
    }
    $db->exec('COMMIT');
}

function credits(string $orderId): int
{
    $count = store()->prepare('SELECT count(*) FROM credits WHERE order_id = ?');
    $count->execute([$orderId]);
    return (int) $count->fetchColumn();
}

function state(string $id): string
{
    $state = store()->prepare('SELECT state FROM states WHERE id = ?');
    $state->execute([$id]);
    return (string) ($state->fetchColumn() ?: 'new');
}
