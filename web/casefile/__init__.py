"""The parts of a case's pages: what is due, what can be done, what happened, who was told."""
