"""Withdrawal at its end: a patient erased from everything the home holds. The lesser scopes are decisions alone."""
