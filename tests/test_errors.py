import inspect

from digitlab import errors


def test_the_drawn_tree_names_every_error():
    classes = {name for name, value in vars(errors).items() if inspect.isclass(value)}
    assert {name for name in classes if name not in (errors.__doc__ or "")} == set()
    assert all(issubclass(getattr(errors, name), errors.DigitLabError) for name in classes)
