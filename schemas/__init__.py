"""What a submission may contain: vocabulary, forms and rules. Nothing here knows files, DuckDB or Dagster."""
