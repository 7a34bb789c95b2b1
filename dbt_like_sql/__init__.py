"""How tables derive: one SELECT a file, path = table. This module only marks where the files are."""
