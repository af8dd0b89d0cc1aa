"""The tables: landing, shared model with history, quarantine, cursors, forecast, ledger.

`schema` declares the tables (the version tables follow from `model.records`), `migrations` creates
them, `connect` opens the database (embedded PostgreSQL or any other). Every other module reads or
writes one group of tables. Functions take an open SQLAlchemy connection, so the caller decides
what is one transaction.
"""
