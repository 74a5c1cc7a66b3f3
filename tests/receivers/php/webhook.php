<?php
// Plain PHP, as a file that the web server runs: raw bytes from php://input, errors in JSON.
declare(strict_types=1);

require __DIR__ . '/../../../examples/merchants/php/store.php';

const WINDOW_S = 300;

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    exit(json_encode($body));
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (str_starts_with($path, '/ledger/')) {
    $id = rawurldecode(substr($path, strlen('/ledger/')));
    answer(200, ['count' => credits($id), 'state' => state($id)]);
}
if ($path !== '/api/webhooks/kwikpaisa') {
    answer(404, ['error' => 'not found']);
}
if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    answer(405, ['error' => 'method not allowed']);
}

$body = file_get_contents('php://input');
$timestamp = $_SERVER['HTTP_X_TIMESTAMP'] ?? '';
$signature = $_SERVER['HTTP_X_SIGNATURE'] ?? '';
if (!preg_match('/^\d{10}$/D', $timestamp) || abs(time() - (int) $timestamp) > WINDOW_S) {
    answer(401, ['error' => 'stale']);
}
if (!hash_equals(hash_hmac('sha256', $body . $timestamp, getenv('KWIKPAISA_SECRET_KEY')), $signature)) {
    answer(401, ['error' => 'invalid signature']);
}

$message = json_decode($body, true);
$event = $message['event'] ?? null;
$data = $message['data'] ?? null;
if (!is_string($event) || !is_array($data)) {
    answer(400, ['error' => 'not an event']);
}
$reference = (string) ($data['transaction_id'] ?? $data['payout_id'] ?? $data['order_id'] ?? '');
$id = (string) ($data['order_id'] ?? $data['payout_order_id'] ?? '');
record($event, $id, $reference, (string) ($data['amount'] ?? ''), (string) ($data['currency'] ?? ''), $body);
answer(200, ['status' => 'ok']);
