"""The commands with commands of their own, a file each. Light on purpose: each imports what it needs when it runs."""
