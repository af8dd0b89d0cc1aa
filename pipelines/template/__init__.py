"""What `interlock init` puts into a new instance folder: settings, Dagster's own, a small model."""
