from apptest import links


def test_first_page_links_to_the_lesson_then_to_its_parts(app):
    assert app.page.run().title[0].value == "Draw a digit"
    steps = ["1. Browse", "2. Train", "3. Explain", "4. Evaluate"]
    more = ["Watch it learn", "My digits", "Improve", "Compare"]
    assert [label.strip("*") for label in links(app.page)] == ["Learn", *steps, *more]
