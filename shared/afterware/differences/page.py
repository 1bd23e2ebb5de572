"""docs/differences.md: the catalogue, with what its probes saw on every stored set of versions.

What is seen is stored as JSON, one file for each pair of Python and Quart, and the page is rendered
from all of them. So each Python refreshes its own column, and none needs the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from . import CATALOGUE
from .observe import Observation
from .record import COLUMNS, FAMILIES, Column, Difference
from .stage import Facts
from .summary import named, outcome, summed_up

__all__ = ["Stored", "load", "render", "save", "stale"]

INTRODUCTION = """\
# What changes when an app moves from Flask to Quart

Each entry below was observed, not looked up: a probe builds a small app on each host, does the
thing, and says what it saw. This page is written by the probes; `afterware differences` runs them
on the versions that you have.

*Through Afterware* is the same app on Quart, its hooks bound with `Hooks.init_app`, written with
`afterware.body`, `received`, `helpers` and the proxies where it must be portable. A difference
counts as removed where that hook does the same on Flask as on Quart. *Alike* is what both hosts do
alike; it stands here because it bites on both, and there is something to do about it.
"""

PAGE = "differences.md"
FOLDER = "differences"


@dataclass(frozen=True)
class Stored:
    """What a run saw, as it was kept.

    :param versions: on which it ran.
    :param observations: one for each record of the catalogue that it saw.
    """

    versions: dict[str, str]
    observations: tuple[Observation, ...]

    @property
    def name(self) -> str:
        """Its file's name, without the suffix: which Python and which Quart."""
        return f"python-{self.versions['python']}-quart-{_minor(self.versions['quart'])}"

    @property
    def title(self) -> str:
        """Its name for a reader."""
        return f"Quart {_minor(self.versions['quart'])}, Python {self.versions['python']}"

    def of(self, difference: Difference) -> Observation | None:
        """What was seen of *difference*."""
        for each in self.observations:
            if each.difference.id == difference.id:
                return each
        return None


def save(docs: Path, run: Stored) -> None:
    """Keep *run* below *docs*, and render the page anew from everything that is kept.

    :param docs: the folder of the documentation.
    """
    folder = docs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    saw = {each.difference.id: each.saw for each in run.observations}
    text = json.dumps({"versions": run.versions, "saw": saw}, indent=1, ensure_ascii=False)
    (folder / f"{run.name}.json").write_text(text + "\n", encoding="utf-8")
    (docs / PAGE).write_text(render(load(docs)), encoding="utf-8")


def load(docs: Path) -> list[Stored]:
    """Everything that is kept below *docs*, oldest Python first.

    :raises ValueError: a file is not what `save` writes.
    """
    stored = []
    for path in sorted((docs / FOLDER).glob("*.json")):
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            versions, saw = kept["versions"], kept["saw"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} holds no observations: {error!r}") from error
        observations = tuple(
            Observation(each, saw[each.id], each.claim(versions))
            for each in CATALOGUE
            if each.id in saw
        )
        stored.append(Stored(versions, observations))
    return stored


def stale(docs: Path, run: Stored) -> list[str]:
    """Why the page below *docs* is not what *run* would make of it; nothing where it is.

    What a record itself says of these versions does not count: a patch of Python may differ from
    the one that was stored.
    """
    kept = {each.name: each for each in load(docs)}
    if run.name not in kept:
        return [f"nothing is stored for {run.title}"]
    stored = kept[run.name]
    reasons = [
        f"{package} is {version}, and was {stored.versions.get(package)}"
        for package, version in run.versions.items()
        if stored.versions.get(package) != version
    ]
    for now in run.observations:
        before = stored.of(now.difference)
        for column in COLUMNS:
            if before is None:
                reasons.append(f"{now.difference.id} is not stored")
                break
            if now.saw[column] != before.saw[column] and column in now.changed:
                reasons.append(
                    f"{now.difference.id}, {column}: saw {now.line(column)!r},"
                    f" stored is {before.line(column)!r}"
                )
    page = docs / PAGE
    if not page.exists() or page.read_text(encoding="utf-8") != render(list(kept.values())):
        reasons.append(f"{page.name} is not what its records and observations make")
    return reasons


def render(stored: Sequence[Stored]) -> str:
    """The page, as Markdown."""
    return "\n".join(_page(stored)) + "\n"


def _page(stored: Sequence[Stored]) -> Iterator[str]:
    yield INTRODUCTION
    yield "| observed with | |\n|---|---|"
    for run in stored:
        yield f"| {named(run.versions)} | {summed_up(run.observations)} |"
    for family, title in FAMILIES.values():
        members = [each for each in CATALOGUE if each.family == family]
        yield f"\n## {title}\n"
        yield "| | | " + " | ".join(run.title for run in stored) + " |"
        yield "|---|---|" + "---|" * len(stored)
        for each in members:
            outcomes = " | ".join(_outcome(run.of(each)) for run in stored)
            yield f"| [{each.id}](#{each.id.lower()}) | {_cell(each.title)} | {outcomes} |"
        for each in members:
            yield from _entry(each, stored)


def _outcome(observation: Observation | None) -> str:
    return outcome(observation) if observation is not None else "not seen"


def _entry(each: Difference, stored: Sequence[Stored]) -> Iterator[str]:
    yield f'\n<a id="{each.id.lower()}"></a>\n\n### {each.id}: {each.title}\n'
    yield "| | Flask | Quart | through Afterware |\n|---|---|---|---|"
    rows = [(run.title, _row(seen)) for run in stored if (seen := run.of(each)) is not None]
    if len({row for _, row in rows}) == 1:
        rows = [("", rows[0][1])]
    for title, row in rows:
        yield f"| {title} | {row} |"
    yield f"\n- whom it bites, {each.bites}: {each.whom}"
    yield f"- remedy: {each.remedy}"
    if each.why:
        yield f"- why it remains: {each.why.removesuffix('.')}"
    if each.defect:
        yield f"- a defect of a host: {each.defect}"
    if each.needs:
        yield f"- `afterware check` files it under {', '.join(each.needs)}"
    if each.see:
        yield "- see " + ", ".join(f"<{url}>" for url in each.see)
    if each.before:
        yield f"\n```python\n{dedent(each.before).strip()}\n```\n\nbecomes\n"
        yield f"```python\n{dedent(each.after).strip()}\n```"


def _row(seen: Observation) -> str:
    through = _facts(seen.saw["bound"])
    if seen.saw["bound"] != seen.saw["bound_on_flask"]:
        through += f"; on Flask: {_facts(seen.saw['bound_on_flask'])}"
    columns: tuple[Column, ...] = ("flask", "quart")
    return " | ".join([*(_facts(seen.saw[column]) for column in columns), through])


def _facts(facts: Facts) -> str:
    return "; ".join(f"{_cell(name)}: `{_cell(value)}`" for name, value in facts.items())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
