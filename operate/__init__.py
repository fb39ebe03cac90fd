"""How an installation is put together and run. Imported by the roots alone (decision 0002)."""
