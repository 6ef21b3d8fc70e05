"""The experiments of the report, one folder each."""
