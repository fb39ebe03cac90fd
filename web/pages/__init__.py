"""Pages for people, one file per noun; each has a `router`, and `web/app.py` lists those that are served."""
