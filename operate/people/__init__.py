"""The people of an installation: who is there, who would be called, and what is missing."""
