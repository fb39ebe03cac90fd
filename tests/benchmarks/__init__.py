"""What an action, a case and a start cost: measured, not checked. `make bench` prints the figures as JSON."""
