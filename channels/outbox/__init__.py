"""The local outbox: each message becomes a file a person can read."""
