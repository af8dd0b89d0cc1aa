"""The asset graph: one group a connection, then shared model, network, conflicts, comments."""
