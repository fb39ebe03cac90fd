"""Ledgers for other tools: OCEL 2.0, XES and CSV. Closed codes, numbers and times; people by role unless asked for."""
