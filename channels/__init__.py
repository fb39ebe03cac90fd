"""How people are told. One folder per kind, one contract, one error with one bit."""
