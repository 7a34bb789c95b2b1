"""Cutting a release from a snapshot: what leaves the registry, checked and kept."""
