"""Reads the labelled cases: small trees of files, with each hook's label on the line of its def.

`cases/GROUP/NAME.py` is a case of one file, `cases/GROUP/NAME/` one of several. A label says how
the hook of its line is registered and what it needs: `# expect: app needs await-response, blocking`
or `# expect: app needs nothing`. `fixes/NAME/before.py` is a file and `after.py` what `--fix` makes
of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MOST_LINES = 40

Place = tuple[str, int]
Label = tuple[str, set[str]]
_LABEL = re.compile(r"# expect: ([\w-]+) needs ([\w-]+(?:, [\w-]+)*)$")
_MARK = "# expect"


@dataclass
class Case:
    """A tree of files. `sources` has where each file is kept, for messages to point to."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Path] = field(default_factory=dict)

    def write(self, directory: Path) -> Path:
        for name, text in self.files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return directory

    def labels(self) -> dict[Place, Label]:
        found = {}
        for name, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                if _MARK not in line:
                    continue
                label = _LABEL.search(line)
                if label is None:
                    raise ValueError(
                        f"{self.place(name, number)}: write it as"
                        " `# expect: app needs nothing` or `# expect: app needs blocking, broken`"
                    )
                needs = set() if label[2] == "nothing" else set(label[2].split(", "))
                found[name, number] = (label[1], needs)
        return found

    def place(self, name: str, number: int) -> str:
        """File and line as an editor opens them."""
        source = self.sources.get(name)
        return f"{source.relative_to(ROOT) if source is not None else name}:{number}"

    def line(self, name: str, number: int) -> str:
        text = self.files.get(name, "").splitlines()
        return text[number - 1].split("#")[0].strip() if number <= len(text) else ""


def differences(
    case: Case, expected: Mapping[Place, Label], got: Mapping[Place, Label]
) -> Iterable[str]:
    """One line for each hook whose verdict is not its label."""
    for key in sorted(expected.keys() | got.keys()):
        if expected.get(key) != got.get(key):
            yield (
                f"{case.place(*key)}: {case.line(*key)}\n"
                f"    expected: {_words(expected.get(key))}\n"
                f"    got:      {_words(got.get(key))}"
            )


def _words(label: Label | None) -> str:
    if label is None:
        return "no hook"
    registered, needs = label
    return f"{registered} needs {', '.join(sorted(needs)) or 'nothing'}"


def load_cases() -> list[Case]:
    found = []
    for group in sorted(path for path in (HERE / "cases").iterdir() if path.is_dir()):
        for entry in sorted(group.iterdir()):
            if entry.is_dir():
                sources = {str(each.relative_to(entry)): each for each in _files(entry)}
            elif entry.suffix == ".py":
                sources = {"app.py": entry}
            else:
                continue
            if sources:
                found.append(_case(f"{group.name}/{entry.stem}", sources))
    return found


def load_fixes() -> list[Case]:
    found = []
    for folder in sorted(path for path in (HERE / "fixes").iterdir() if path.is_dir()):
        case = _case(folder.name, {"app.py": folder / "before.py"})
        after = folder / "after.py"
        if after.exists():
            case.after["app.py"] = after.read_text(encoding="utf-8")
        found.append(case)
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def _case(name: str, sources: dict[str, Path]) -> Case:
    files = {each: path.read_text(encoding="utf-8") for each, path in sources.items()}
    return Case(name, files=files, sources=sources)
