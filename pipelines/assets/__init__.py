"""The asset graph: one group per connection, then shared model, network, conflicts, comments."""
