"""What an operator can see and steer: health, rates, logs, spans, the service Operations."""
