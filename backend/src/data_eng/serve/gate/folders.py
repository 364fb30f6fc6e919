"""The folders of the server's machine, which leave it by their names alone: where they lie is no concern of a caller."""

from __future__ import annotations

import json
from pathlib import Path

from ...config import BACKEND, AppConfig
from ..messages.problem import Problem


class Folders:
    """What stands in an answer in place of a folder: of the lake its name, as in `--lake demo-lake`."""

    def __init__(self, cfg: AppConfig) -> None:
        chosen = cfg.environment.selection_path
        ours = [cfg.lake_root, cfg.lake_root.resolve(), cfg.environment.lake, BACKEND, *([chosen] if chosen is not None else [])]
        names = {str(folder): folder.name for folder in ours if folder.is_absolute() and folder.name}
        names[str(Path.home())] = "~"
        self._names = sorted(names.items(), key=lambda named: -len(named[0]))
        self._json = [(_quoted(path), _quoted(name)) for path, name in self._names]

    def hidden(self, text: str) -> str:
        """A sentence or a command without the folders' places."""
        for path, name in self._names:
            text = text.replace(path, name)
        return text

    def hidden_in(self, problem: Problem) -> Problem:
        """The same of a problem."""
        fix = None if problem.fix is None else self.hidden(problem.fix)
        return problem.model_copy(update={"message": self.hidden(problem.message), "fix": fix})

    def hidden_in_json(self, content: bytes) -> bytes:
        """The same of a JSON document."""
        for path, name in self._json:
            content = content.replace(path, name)
        return content


def _quoted(text: str) -> bytes:
    """As it stands within a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape")
