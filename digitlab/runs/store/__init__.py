"""The record in SQL.

drawing_store  their record
lazy_store     the store, opened when it is first asked
rows           the rows of the record: what they mean, and how they change
schema         the tables of the record
store          the record of runs, in SQL
"""
