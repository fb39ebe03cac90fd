"""Pages for people, one file per noun."""
