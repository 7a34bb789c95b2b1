"""Charts and pages made from the rows of a snapshot or release. Nothing here computes a statistic."""
