"""What is written for a spreadsheet never runs there, and comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wording.spreadsheet import csv_pieces, csv_text, disarm, rearm

RUNS = ["=1+1", "+1+1", "-cmd()", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "\u200b=1", "\ufeff=1", " =1"]
RUNS += ["'=1", "''=1", "+44 7700 900123;=1", "\u00a0=1", "\n=1", "\x00=1", "−1+x", "-5", "+44", "-0.5"]
STAYS = ["Ana", "", "+447700900123", "ana@example.org", "O'Brien", "'Ana'", "a=b", "2026-10-01"]


@pytest.mark.parametrize("cell", RUNS)
def test_what_a_spreadsheet_would_run_is_made_into_text(cell: str) -> None:
    assert disarm(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", STAYS)
def test_telephone_numbers_and_words_stay_as_they_are(cell: str) -> None:
    assert disarm(cell) == cell


@given(st.text())
def test_a_disarmed_cell_comes_back_as_it_was(cell: str) -> None:
    assert rearm(disarm(cell)) == cell


def test_a_table_opens_in_excel_and_holds_what_it_was_given() -> None:
    rows = [["Şəhla", "=1"], ["two\nlines", None], ["half \udce9", -7]]

    written = csv_text(["name", "=what"], rows)

    assert written.startswith("\ufeffname,'=what\r\n")
    assert list(csv.reader(io.StringIO(written[1:])))[1:] == [["Şəhla", "'=1"], ["two\nlines", ""], ["half ?", "-7"]]


def test_a_long_table_comes_in_pieces() -> None:
    pieces = list(csv_pieces(["n"], ([number] for number in range(1_200)), at_once=500))

    assert len(pieces) == 3
    assert "".join(pieces).count("\n") == 1_201
