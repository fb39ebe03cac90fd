"""How it is kept: database, keys, ledger, read model."""
