"""The documents: commands, addresses, settings and events that they name exist, and none is missing."""

import ast
import re
from pathlib import Path

from digitlab.cli.parser import parser
from digitlab.settings import RENAMED, ROOT, VARIABLES

PAGES = sorted(path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text()


def text(name: str) -> str:
    return (ROOT / name).read_text()


def anchors(path: Path) -> set[str]:
    """The addresses of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_starts_and_tests_by_one_line_each():
    blocks = re.findall(r"^```\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    start, tests = (block for block in blocks if block.startswith("python3 -m venv "))
    assert start.endswith("streamlit run streamlit_app.py")
    assert "--require-hashes -r requirements.lock" in start
    assert tests.endswith("python -m pytest")
    assert "--require-hashes -r requirements-dev.lock" in tests
    assert "\n" not in start + tests


def test_the_first_drawing_is_on_the_readmes_first_screen():
    lines = README.splitlines()
    assert next(k for k, line in enumerate(lines) if "streamlit run" in line) < 15
    assert next(k for k, line in enumerate(lines) if "docs/draw.png" in line) < 25


def leads_somewhere(page: Path, target: str) -> bool:
    if "://" in target:
        return True
    path, _, anchor = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    return file.exists() and (not anchor or anchor in anchors(file))


def test_links_lead_somewhere():
    links = [(page, target) for page in PAGES for target in re.findall(r"\]\(([^)\s]+)\)", text(page))]
    assert len(links) > 10
    assert [f"{page}: {target}" for page, target in links if not leads_somewhere(page, target)] == []


def test_code_in_the_documents_names_real_files():
    pattern = r"`((?:digitlab|benchmarks|tests|scripts|models)/[\w./-]+)"
    names = [(page, name) for page in PAGES for name in re.findall(pattern, text(page))]
    assert [f"{page}: {name}" for page, name in names if not (ROOT / name).exists()] == []


def test_modules_that_the_documents_name_exist():
    """Also those without their first folder, such as `networks/config.py`."""
    names = [(page, name) for page in PAGES for name in re.findall(r"`([a-z_\d]+/[a-z_\d/]+\.py)`", text(page))]
    assert len(names) > 20
    assert [
        name for _page, name in names if not any((root / name).exists() for root in (ROOT, ROOT / "digitlab"))
    ] == []


def test_no_paragraph_stands_in_a_cell():
    for page in PAGES:
        cells = [cell.strip() for line in text(page).splitlines() if line.startswith("|") for cell in line.split("|")]
        assert all(len(re.sub(r"\(.*?\)|`.*?`", "", cell)) < 120 for cell in cells), page


def test_all_settings_are_documented():
    table = re.findall(r"^\| `(DIGITLAB_\w+)` \|", text("docs/settings.md"), re.MULTILINE)
    assert table == [*VARIABLES, *RENAMED]


def test_documents_use_todays_settings():
    pages = [page for page in PAGES if page.name not in ("settings.md", "CHANGELOG.md")]
    named = [(page, name) for page in pages for name in re.findall(r"DIGITLAB_[A-Z_]+\b", text(page))]
    assert [f"{page}: {name}" for page, name in named if name not in VARIABLES] == []


def commands() -> set[str]:
    (sub,) = (action for action in parser()._actions if action.dest == "command")
    return set(sub.choices or {})


def test_commands_in_the_documents_exist():
    for page in PAGES:
        named = re.findall(r"python -m digitlab ([a-z][a-z-]*)", text(page))
        assert set(named) <= commands(), page


def test_all_commands_are_documented():
    documented = set(re.findall(r"python -m digitlab ([a-z-]+)", text("docs/command-line.md")))
    assert commands() - documented - {"workers", "bring-in", "go-on"} == set()


def logged_events() -> set[str]:
    """The events of all calls of `logs.log`, as far as they are written out."""
    found = set()
    for path in (ROOT / "digitlab").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logs.log", "log") and node.args:
                event = node.args[0]
                if isinstance(event, ast.Constant) and isinstance(event.value, str):
                    found.add(event.value)
    return found


def test_all_logged_events_are_documented():
    section = text("docs/deploy.md").split("## Logs")[1].split("## Backup")[0]
    documented = set(re.findall(r"`([a-z ]+)`", section))
    assert len(logged_events()) > 10
    assert logged_events() <= documented


def test_each_benchmark_is_documented():
    names = {path.name for path in (ROOT / "benchmarks").glob("[a-z]*.py")}
    assert set(re.findall(r"benchmarks/([a-z]\w*\.py)", text("docs/benchmarks.md"))) == names


def calls(path: str, name: str) -> list[ast.Call]:
    nodes = ast.walk(ast.parse(text(path)))
    return [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == name]


def test_every_page_is_documented():
    pages = sorted(calls("digitlab/pages/navigation.py", "st.Page"), key=lambda page: page.lineno)
    given = [keyword.value for page in pages for keyword in page.keywords if keyword.arg == "title"]
    translated = [title for title in given if isinstance(title, ast.Call)]  # hidden pages have no such title
    titles = [title.args[0].value for title in translated]
    assert re.findall(r"^## (.+)$", text("docs/pages.md"), re.MULTILINE) == titles
    assert re.findall(r"^\| ([A-Z][\w ]+) \|", README, re.MULTILINE) == titles


def test_every_explanation_is_documented():
    views = [[text.args[0].value for text in view.args[:2]] for view in calls("digitlab/pages/understand.py", "View")]
    assert len(views) > 5
    assert all(f"| {title} | {question} |" in text("docs/pages.md") for title, question in views)
