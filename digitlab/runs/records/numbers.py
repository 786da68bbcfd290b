"""Numbers of runs and drawings: those that a database can hold."""

MAX_NUMBER = 2**31 - 1  # PostgreSQL's largest integer; SQLite's is larger


def may_exist(number: int) -> bool:
    """Whether a run or a drawing can have this number. The database must not be asked for any other.

    Example:
        >>> may_exist(7), may_exist(0), may_exist(9_223_372_036_854_775_808)
        (True, False, False)
    """
    return 1 <= number <= MAX_NUMBER
