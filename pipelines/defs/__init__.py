"""The Dagster shell: assets, checks, jobs, sensors and schedules around the core. Wiring, and no knowledge of data."""
