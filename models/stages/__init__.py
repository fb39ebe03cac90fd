"""What may be done in each stage: a command with its rule, then the facts it leads to with their effect."""
