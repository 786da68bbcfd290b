"""The database, through SQLAlchemy.

database       a database that is open: transactions, its file, its errors
database_file  checks that a SQLite file is still at its path, and saves its content if not
drawing_store  reads and writes people's drawings
epoch_store    reads and writes the epochs of runs
file_use       which processes have a SQLite file open
lazy_store     the store, opened on first use
migrations     creates the tables, and extends those of older versions
rows           converts rows to runs, and changes of runs to values of a row
schema         the tables, and how a database is opened
search_store   reads and writes searches and their trials
sqlite_copy    copies of SQLite databases that are in use
store          reads and writes runs
studies        Optuna's studies, which suggest the values of trials
"""
