"""The command line speaks the language that the environment asks for."""

import gettext
import io
import json
import sys

import pytest
from catalogues import korean_catalogue
from stored_runs import claimed

from digitlab.cli.main import main
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.run import Outcome, RunState

TEXTS = {
    "usage: ": "사용법: ",
    "options": "옵션",
    "commands": "명령",
    "show this help message and exit": "이 도움말을 보여 주고 끝냅니다",
    "the following arguments are required: %s": "다음 인수가 필요합니다: %s",
    "{program}: error: {message}": "{program}: 오류: {message}",
    "DigitLab without a browser.": "브라우저 없는 DigitLab입니다.",
    "list all training runs": "모든 학습 실행을 나열합니다",
    "There is no run {number}. See the list of runs.": "실행 {number}이(가) 없습니다. 실행 목록을 확인하세요.",
    "There are no runs yet.": "아직 실행이 없습니다.",
    "failed": "실패함",
    "settings": "설정",
    "{count} of {total} variables are set.": "변수 {total}개 중 {count}개가 설정되어 있습니다.",
    "Its worker ended unexpectedly. The finished epochs are saved, and you can resume it.": "워커가 갑자기 끝났습니다.",
    "Nearly anything: {what}": "{what}",
}


@pytest.fixture(autouse=True)
def korean(tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ko")
    with korean_catalogue(tmp_path / "locale", TEXTS):
        yield


def test_help_is_translated_with_argparse_s_own_words(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    printed = capsys.readouterr().out
    for text in ("사용법: python -m digitlab", "옵션:", "명령:", "이 도움말을", "브라우저 없는", "모든 학습 실행을"):
        assert text in printed
    assert gettext.gettext("options") == "options"  # of other programs in this process, and of the next command


def test_wrong_arguments_are_told_in_korean(capsys):
    with pytest.raises(SystemExit):
        main(["evaluate"])
    assert "python -m digitlab evaluate: 오류: 다음 인수가 필요합니다: MODEL" in capsys.readouterr().err


def test_an_error_is_translated(capsys):
    assert main(["stop", "7"]) == 1
    assert capsys.readouterr().err == "digitlab: 실행 7이(가) 없습니다. 실행 목록을 확인하세요.\n"


def test_what_the_record_keeps_in_english_is_translated(capsys, store):
    lost = "Its worker ended unexpectedly. The finished epochs are saved, and you can resume it."
    number = claimed(store, TrainingConfig())
    store.end(number, "a", Outcome(state=RunState.FAILED, message=lost))
    assert main(["runs"]) == 0
    assert "실패함       " in (line := capsys.readouterr().out)
    assert "워커가 갑자기 끝났습니다." in line
    assert main(["runs", "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["number"], run["state"], run["message"]) == (number, "failed", lost)


def test_doctor_is_translated_but_not_its_json(capsys):
    main(["doctor"])
    assert "+ 설정: 변수 11개 중 " in capsys.readouterr().out
    main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert any(finding["name"] == "settings" and "are set" in finding["text"] for finding in findings)


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", b"no runs yet"), ("utf-8", "아직 실행이".encode())])
def test_output_that_cannot_hold_korean_is_english(encoding, shown, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    assert main(["runs"]) == 0
    assert shown in written.getvalue()


def test_english_is_the_language_of_others(capsys, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en:ko")
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == "There are no runs yet.\n"
