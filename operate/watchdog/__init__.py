"""The watchdog: what must have happened by now, seen from outside the engine (docs/watch.md)."""
