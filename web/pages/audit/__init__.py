"""Pages for those who review (domain §8.6), one file per noun; `hub.py` leads to them."""
