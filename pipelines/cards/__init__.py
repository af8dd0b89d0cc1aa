"""What the governance lead reads in Dagster: the inbox, and a card for each open conflict."""
