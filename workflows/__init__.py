"""How a case lives over time."""
