<?php
// What was ordered, received and credited, and what each order has come to: all of an event in one transaction.
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
    $db->exec('CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, paise INTEGER, currency TEXT)');
    $db->exec('CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, paise INTEGER)');
    $db->exec('CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT, rank INTEGER)');
    return $db;
}

/** A new order, as the shop makes one when a customer checks out. */
function order(int $paise, string $currency): string
{
    $orderId = bin2hex(random_bytes(16));
    store()->prepare('INSERT INTO orders VALUES (?, ?, ?)')->execute([$orderId, $paise, $currency]);
    return $orderId;
}

/** An amount in paise, however it is spelled: "1.00", "1" and 1.0 are the same. */
function paise(string $amount): ?int
{
    if (!preg_match('/^(\d{1,12})(?:\.(\d{1,2}))?$/D', $amount, $match)) {
        return null;
    }
    return (int) $match[1] * 100 + (int) str_pad($match[2] ?? '', 2, '0');
}

/** Whether a payment is of the order's own amount and currency. */
function fits(PDO $db, string $id, ?int $paise, string $currency): bool
{
    $order = $db->prepare('SELECT paise, currency FROM orders WHERE order_id = ?');
    $order->execute([$id]);
    $costs = $order->fetch(PDO::FETCH_NUM);
    return $costs !== false && (int) $costs[0] === $paise && $costs[1] === $currency;
}

/**
 * Stores an event once, credits an order once and moves its state; IMMEDIATE takes the write lock before it looks. A payment of another
 * amount or currency than the order's is stored and does nothing more: a person looks at it.
 */
function record(string $event, string $id, string $reference, string $amount, string $currency, string $body): void
{
    $db = store();
    $db->exec('BEGIN IMMEDIATE');
    $insert = $db->prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?)');
    $insert->execute([$event, $reference, $body]);
    $new = $insert->rowCount() === 1;
    $isPayment = $event === 'payment.success';
    $fits = !$isPayment || fits($db, $id, paise($amount), $currency);
    if ($new && $fits && $isPayment) {
        $db->prepare('INSERT OR IGNORE INTO credits VALUES (?, ?)')->execute([$id, paise($amount)]);
    }
    if ($new && $fits && isset(STATES[$event])) {
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
