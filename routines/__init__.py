"""What a municipality decided, as data. No code: a package only so that the wheel carries the files."""
