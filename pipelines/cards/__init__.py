"""What the governance lead reads in Dagster: the inbox, and one card per open conflict."""
