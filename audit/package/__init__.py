"""The audit package (revisionspaket): what proves some cases, in one file that anybody can check without us."""
