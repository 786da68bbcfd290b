from apptest import links


def test_the_start_page_links_in_the_tutorial_s_order(app):
    steps = ["1. Browse", "2. Train", "3. Draw", "4. Evaluate"]
    more = ["Watch it learn", "Understand", "My digits", "Improve"]
    assert [label.strip("*") for label in links(app.page)] == [*steps, *more]


def test_the_button_of_the_start_page_leads_to_draw(app):
    app.page.button[0].click().run()
    assert app.page.title[0].value == "Draw a digit"
