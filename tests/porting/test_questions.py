"""Questions to the evaluator: each has a budget that is all its own."""

import ast
from pathlib import Path

import pytest

from afterware.porting.flask.model import FlaskEvaluator
from afterware.porting.meaning import budget
from afterware.porting.meaning.budget import NoQuestionError
from afterware.porting.meaning.values import Const, Value
from afterware.porting.tree.project import Project
from afterware.porting.tree.sources import Tree

LOOP = """
def first(n):
    return "a" if n else second(n)

def second(n):
    return "b" if n else first(n)

def deep(n):
    return [first(n), second(n)]

one = first(1)
two = second(1)
three = deep(1)
"""


class Asked:
    """An evaluator of one file, asked for the names of the file."""

    def __init__(self, directory: Path, text: str) -> None:
        path = directory / "app.py"
        path.write_text(text, encoding="utf-8")
        project = Project(Tree([directory]))
        self.evaluator = FlaskEvaluator(project)
        module = project.module(project.sources[str(path)])
        assert module is not None
        self.module = module

    def ask(self, name: str) -> tuple[Value, int, bool]:
        """What a name stands for, what the question cost, and whether that was too much."""
        with self.evaluator.question() as question:
            value = self.evaluator.name(name, self.evaluator.frame(self.module))
        return value, question.steps, question.exhausted


def constants(value: Value) -> set[object]:
    return {atom.value for atom in value if isinstance(atom, Const)}


def test_evaluation_outside_a_question_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    asked = Asked(tmp_path, "x = 1")
    with pytest.raises(NoQuestionError, match="with evaluator.question"):
        asked.evaluator.eval(ast.Name("x", ast.Load()), asked.evaluator.frame(asked.module))


def test_functions_that_call_one_another_give_the_same_wherever_one_starts(tmp_path: Path) -> None:
    asked = Asked(tmp_path, LOOP)
    assert constants(asked.ask("one")[0]) == constants(asked.ask("two")[0]) == {"a", "b"}


@pytest.mark.parametrize("order", [("one", "two", "three"), ("three", "two", "one")])
def test_a_question_finds_and_costs_the_same_whatever_was_asked_before(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    alone = {name: Asked(tmp_path, LOOP).ask(name) for name in order}
    together = Asked(tmp_path, LOOP)
    assert {name: together.ask(name)[0] for name in order} == {
        name: value for name, (value, _, _) in alone.items()
    }
    assert all(together.ask(name)[1] == alone[name][1] for name in order)


def test_a_question_that_costs_too_much_knows_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(tmp_path, LOOP)
    cost = asked.ask("three")[1]
    monkeypatch.setattr(budget, "STEPS", cost - 1)
    for _ in range(2):
        assert asked.ask("three") == (frozenset(), cost, True)
    fresh = Asked(tmp_path, LOOP)
    assert fresh.ask("three")[::2] == (frozenset(), True)
    monkeypatch.setattr(budget, "STEPS", cost)
    assert not fresh.ask("three")[2]


def test_an_answer_cut_short_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(tmp_path, LOOP)
    expected = Asked(tmp_path, LOOP).ask("one")
    monkeypatch.setattr(budget, "STEPS", 3)
    assert asked.ask("one")[2]
    monkeypatch.undo()
    assert asked.ask("one") == expected


def test_a_chain_deeper_than_is_followed_is_not_an_answer(tmp_path: Path) -> None:
    text = "x0 = 'a'\n" + "".join(f"x{n} = [x{n - 1}][0]\n" for n in range(1, budget.DEEP))
    asked = Asked(tmp_path, text)
    assert asked.ask(f"x{budget.DEEP - 1}")[2]
    assert constants(asked.ask("x20")[0]) == {"a"}
    assert asked.ask(f"x{budget.DEEP - 1}")[2]


def test_a_loop_that_makes_ever_more_comes_to_an_end(tmp_path: Path) -> None:
    asked = Asked(
        tmp_path,
        "x = []\ny = open('f')\nfor _ in range(9):\n    x = [x]\n    y = y.parent\n    x += x\n",
    )
    assert not asked.ask("x")[2]
    assert not asked.ask("y")[2]
