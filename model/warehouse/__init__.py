"""The tables: landing, shared model with history, quarantine, cursors, network results, ledger.

`schema` names the tables, `migrations` makes them, `connect` opens them (embedded PostgreSQL or
any other), the other modules each read or write one group of tables. Functions take an open
SQLAlchemy connection, so that whoever calls decides what is one transaction.
"""
