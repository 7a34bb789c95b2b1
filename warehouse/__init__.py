"""Where facts live: the only importer of duckdb. Knows nothing of forms, clinics' files or Dagster."""
