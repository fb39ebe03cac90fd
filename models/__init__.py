"""What things are and what is allowed. Pure: pydantic and the standard library alone."""
