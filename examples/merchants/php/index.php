<?php
// A KwikPaisa webhook receiver that is right: raw body, constant-time comparison, fresh timestamps, each event applied once,
// and only to an order that costs what was paid.
declare(strict_types=1);

require __DIR__ . '/store.php';

const WINDOW_S = 300;

function isGenuine(string $body, string $timestamp, string $signature): bool
{
    if (!preg_match('/^\d{10}$/D', $timestamp) || !preg_match('/^[0-9a-f]{64}$/D', $signature)) {
        return false;
    }
    if (abs(time() - (int) $timestamp) > WINDOW_S) {
        return false;
    }
    return hash_equals(hash_hmac('sha256', $body . $timestamp, (string) getenv('KWIKPAISA_SECRET_KEY')), $signature);
}

/** The status to answer with. */
function receive(): int
{
    if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '/api/webhooks/kwikpaisa') {
        return 404;
    }
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        return 405;
    }
    // php://input has the bytes as they came: the signature covers those, not what json_encode would make of them.
    $body = (string) file_get_contents('php://input');
    if (!isGenuine($body, $_SERVER['HTTP_X_TIMESTAMP'] ?? '', $_SERVER['HTTP_X_SIGNATURE'] ?? '')) {
        return 401;
    }
    $message = json_decode($body, true);
    if (!is_string($message['event'] ?? null) || !is_array($message['data'] ?? null)) {
        return 400;
    }
    ['event' => $event, 'data' => $data] = $message;
    $reference = (string) ($data['transaction_id'] ?? $data['payout_id'] ?? $data['order_id'] ?? '');
    $id = (string) ($data['order_id'] ?? $data['payout_order_id'] ?? '');
    record($event, $id, $reference, (string) ($data['amount'] ?? ''), (string) ($data['currency'] ?? ''), $body);
    return 200;
}

http_response_code(receive());
