"""Reads the labelled cases: small trees of files, with each hook's label on the line of its def.

`### name` begins a case, `## file: path` a file of it, `## after` what `--fix` makes of the file
before it. `#! word: needs` on a line: how the hook of that line is registered, what it needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
_LABEL = re.compile(r"#! ([\w-]+)(?:: ([\w -]+))?$")


@dataclass
class Case:
    name: str
    files: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def write(self, directory: Path) -> Path:
        for name, text in self.files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return directory

    def labels(self) -> dict[tuple[str, int], tuple[str, set[str]]]:
        found = {}
        for name, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                label = _LABEL.search(line)
                if label is not None:
                    found[name, number] = (label[1], set((label[2] or "").split()))
        return found


def load(directory: str) -> list[Case]:
    cases: list[Case] = []
    for path in sorted((HERE / directory).glob("*.txt")):
        into: dict[str, str] = {}
        name = ""
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.startswith("### "):
                cases.append(Case(f"{path.stem}: {line[4:].strip()}"))
            elif line.startswith("## file: "):
                into, name = cases[-1].files, line[len("## file: ") :].strip()
                into[name] = ""
            elif line.startswith("## after"):
                into = cases[-1].after
                into[name] = ""
            else:
                into[name] += line
    return cases
