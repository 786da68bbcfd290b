from apptest import links


def test_the_first_page_links_in_the_order_of_the_tutorial(app):
    assert app.page.title[0].value == "Draw a digit"
    steps = ["1. Browse", "2. Train", "3. Explain", "4. Evaluate"]
    more = ["Watch it learn", "My digits", "Improve", "Compare"]
    assert [label.strip("*") for label in links(app.page)] == [*steps, *more]
