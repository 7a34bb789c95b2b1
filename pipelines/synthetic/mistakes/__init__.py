"""Mistakes that real files hold, one of each kind the rules know, planted with a record of where they are."""
