"""One option of our own: what the caller of the suite wants said at its end."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note", default="", help="A line of the summary: what was left out beside this suite, and why.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    note = config.getoption("--note")
    if note:
        terminalreporter.section("note")
        terminalreporter.write_line(note)
