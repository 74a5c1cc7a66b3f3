module example.com/kwikpaisa-webhook-receiver

go 1.19
