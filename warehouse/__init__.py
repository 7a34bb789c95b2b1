"""Where facts live: the only importer of duckdb and sqlglot. Knows nothing of forms, clinics' files or Dagster."""
