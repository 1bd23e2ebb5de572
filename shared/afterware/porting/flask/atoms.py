"""The objects of Flask that the checker follows."""

from ..meaning.values import Host as HostObject
from ..meaning.values import HostAttr as HostAttribute
from ..meaning.values import Part as HostPart
from ..meaning.values import Proxied
from ..meaning.values import Reg as Registrar

__all__ = ["HostAttribute", "HostObject", "HostPart", "Proxied", "Registrar"]
