"""The files that `interlock init` writes into a new instance folder."""
