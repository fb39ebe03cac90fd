"""Text messages, by whichever gateway there is."""
