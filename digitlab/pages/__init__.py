"""One straight script a page: ask, call the lab, show."""
