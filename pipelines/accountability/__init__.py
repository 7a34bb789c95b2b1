"""Who did what, and who looked at which patient: an append-only log, each line chained to the one before."""
