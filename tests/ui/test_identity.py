from collections.abc import Iterator
from pathlib import Path

import pytest
from apptest import press
from streamlit import config
from streamlit.runtime.secrets import Secrets, secrets_singleton

from digitlab.errors import InvalidSetting
from digitlab.ui.identity import person_of

CLAIMS = {"iss": "https://login.example", "sub": "17", "name": "Ada", "email": "Ada@School.example"}
TEACHERS = {"ada@school.example", "k@school.example"}


def test_a_person_is_known_by_issuer_and_subject():
    ada = person_of(CLAIMS, TEACHERS)
    assert ada.name == "Ada"
    assert person_of(CLAIMS | {"name": "Eve", "email": "eve@school.example"}, TEACHERS).id == ada.id
    assert person_of(CLAIMS | {"sub": "18"}, TEACHERS).id != ada.id
    assert person_of(CLAIMS | {"iss": "https://other.example"}, TEACHERS).id != ada.id


@pytest.mark.parametrize("verified", [{}, {"email_verified": True}, {"email_verified": "true"}])
def test_a_teacher_is_known_by_an_address_in_any_case(verified):
    assert person_of(CLAIMS | verified, TEACHERS).is_teacher


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email": "eve@school.example"},
        {"email": ""},
        {"email": None},
        {"email": "\u212a@school.example"},  # the Kelvin sign
    ],
)
def test_others_are_no_teachers(claims):
    assert not person_of(CLAIMS | claims, TEACHERS).is_teacher


def test_the_address_gives_a_missing_name_and_long_ones_are_cut():
    assert person_of(CLAIMS | {"name": " "}, ()).name == "Ada"
    assert person_of(CLAIMS | {"name": "x" * 500}, ()).name == "x" * 40
    assert person_of({"iss": "i", "sub": "s"}, ()).name == ""


@pytest.mark.parametrize("missing", ["iss", "sub"])
def test_claims_without_a_person_are_rejected(missing):
    with pytest.raises(InvalidSetting):
        person_of({**CLAIMS, missing: ""}, TEACHERS)


@pytest.mark.parametrize(
    ("secrets", "sentence"),
    [
        ({"auth": {"redirect_uri": "x"}, "digitlab": 1}, "digitlab must be a section"),
        ({"auth": {"redirect_uri": "x"}, "digitlab": {"teachers": "ada@school.example"}}, "teachers must be a list"),
    ],
)
def test_secrets_of_the_wrong_kind_are_an_error(app, secrets, sentence):
    app.page.secrets = secrets
    app.page.run()
    assert not app.page.exception
    assert sentence in app.page.error[0].value


@pytest.fixture
def secrets_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that Streamlit reads its secrets from."""
    path = tmp_path / "secrets.toml"
    before = config.get_option("secrets.files")
    monkeypatch.setattr(Secrets, "_maybe_install_file_watchers", lambda _: None)  # they would outlive the test
    config.set_option("secrets.files", [str(path)])
    secrets_singleton._reset()
    yield path
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


def test_log_in_without_a_service_is_an_error(secrets_file, app):
    secrets_file.write_text("[auth]\nredirect_uri = 'x'\n[digitlab]\nteachers = []\n")
    page = press(app.page.run(), "Log in")
    assert not page.exception
    assert page.error[0].value.startswith(r"Log\-in failed")


def test_a_secrets_file_that_cannot_be_read_is_an_error(secrets_file, app):
    secrets_file.write_text("[auth\n")
    app.page.run()
    assert not app.page.exception
    assert app.page.error[0].value.startswith("The secrets file cannot be read")
