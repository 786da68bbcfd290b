import re
import sqlite3

import numpy as np
from conftest import settle, visit
from playwright.sync_api import expect

from digitlab.digits import mnist
from digitlab.runs.drawings import Drawing
from digitlab.runs.people import Person
from digitlab.runs.store import Store

MINUTE = 60_000


def test_too_few_digits_are_told_with_how_many_are_needed_and_where_to_collect_them(page):
    visit(page, "improve")
    expect(page.get_by_text(re.compile(r"You have 0 digits of your own, and 10 are needed"))).to_be_visible()
    expect(page.get_by_test_id("stBaseButton-primary")).to_have_count(0)
    page.get_by_role("link", name="Collect my digits").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("My digits")
