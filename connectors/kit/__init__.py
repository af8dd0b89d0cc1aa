"""What connectors share, whatever their tool: nothing in here knows one tool from another."""
