"""`python -m pipelines.cli` is `hamreg`."""

from pipelines.cli import main

main()
