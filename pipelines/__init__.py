"""Who does what, when: intake, benchmarks, releases, the command line and the Dagster shell."""
