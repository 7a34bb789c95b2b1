"""Speed as ratios: each case of the registry beside a limit or a peer, both measured in the same run.

`python -m bench` (or `make bench`, `make bench-quick`) measures. Nothing here is part of the program.
"""
