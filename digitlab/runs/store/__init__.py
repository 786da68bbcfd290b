"""The database, through SQLAlchemy.

drawing_store  reads and writes people's drawings
lazy_store     the store, opened on first use
migrations     creates the tables, and extends those of older versions
rows           reads rows as runs, and says what changes in a row
schema         the tables, and how a database is opened
store          reads and writes runs
"""
