"""How it is proved: history and ledger held against each other, signed, exported (architecture §7)."""
