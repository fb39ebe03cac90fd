"""How people look and answer."""
