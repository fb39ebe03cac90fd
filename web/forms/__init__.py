"""Forms made from commands: what a person fills in becomes JSON, and what is wrong with it leads back to its field."""
