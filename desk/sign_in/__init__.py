"""How people prove who they are, and who is then signed in."""
