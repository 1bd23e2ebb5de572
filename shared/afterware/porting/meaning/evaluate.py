"""What an expression stands for, followed through the whole tree.

Names are looked up by what reaches them, attributes through classes and instances, calls through
the functions called, with their arguments. Nothing is run.
"""

from __future__ import annotations

from .attributes import THREAD_LOCALS, Attributes
from .calls import Calls
from .classes import Classes
from .containers import Containers
from .expressions import Expressions
from .frames import Arguments, Frame
from .names import Names
from .parameters import Parameters

__all__ = ["THREAD_LOCALS", "Arguments", "Evaluator", "Frame"]


class Evaluator(Expressions, Names, Parameters, Attributes, Classes, Calls, Containers):
    """Evaluates expressions of a project.

    :param project: the files.
    """

    @property
    def model(self) -> Evaluator:
        """What the framework adds."""
        return self
