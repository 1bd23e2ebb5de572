"""The values of security headers, built and checked by the `secure` package when a hook is made."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ..errors import HookConfigurationError
from ..head import checked
from ._options import integer, one_of, refuse, strings
from ._surround import Constant

__all__ = ["Policies", "Policy", "Tokens", "build"]

Tokens = str | Sequence[str]
# A policy is its text, a mapping of directives to what they allow, or one of secure's builders.
Policy = str | Mapping[str, Tokens] | Any

_HOOK = "SecurityHeaders"
AS_PRESET = "preset"
PRESETS = ("basic", "balanced", "strict", None)

FRAME_OPTIONS = (AS_PRESET, "DENY", "SAMEORIGIN", None)
REFERRER_POLICIES = (
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
)
OPENER_POLICIES = (
    AS_PRESET,
    "same-origin",
    "same-origin-allow-popups",
    "noopener-allow-popups",
    "unsafe-none",
    None,
)
EMBEDDER_POLICIES = (AS_PRESET, "require-corp", "credentialless", "unsafe-none", None)
RESOURCE_POLICIES = (AS_PRESET, "same-origin", "same-site", "cross-origin", None)

CSP = "Content-Security-Policy"
CSP_REPORT_ONLY = "Content-Security-Policy-Report-Only"
HSTS = "Strict-Transport-Security"
# Servers send their own; one more from a hook would stand beside it.
_LEFT_TO_THE_SERVER = frozenset({"server", "date"})


@dataclass(frozen=True)
class Policies:
    """The headers of one hook, or of one view, as they are sent.

    :param plain: what goes over http.
    :param over_tls: what goes over https: the same with HSTS (RFC 6797, section 7.2).
    :param differ: whether the two differ.
    :param nonced: the header of a policy with a nonce, and its value, cut where the nonce goes.
    :param redirect: the status of the redirect to https, or None for none.
    """

    plain: Constant
    over_tls: Constant
    differ: bool
    nonced: tuple[str, tuple[str, ...]] | None
    redirect: int | None

    def with_nonce(self, nonce: str) -> list[tuple[str, str]]:
        """The header with a nonce, if there is one."""
        return [] if self.nonced is None else [(self.nonced[0], nonce.join(self.nonced[1]))]


def build(options: Mapping[str, Any]) -> Policies:
    """Compute every header that the options of SecurityHeaders ask for.

    :raises HookConfigurationError: an option is wrong, or `secure` is not installed.
    """
    secure = _secure()
    headers = _preset(secure, options["preset"])
    _refuse_wrong_choices(options)

    def put(name: str, option: str, value: Callable[[Any], str]) -> None:
        given = options[option]
        if given == AS_PRESET:
            return
        headers.pop(name, None)
        if given is not None and given is not False:
            headers[name] = _checked_by(option, given, value)

    put("Permissions-Policy", "permissions_policy", lambda given: _permissions(secure, given))
    put("Document-Policy", "document_policy", _structured)
    put("X-Frame-Options", "frame_options", str)
    put("Referrer-Policy", "referrer_policy", _referrer)
    put("X-Content-Type-Options", "content_type_options", lambda _: "nosniff")
    put("Cross-Origin-Opener-Policy", "cross_origin_opener_policy", str)
    put("Cross-Origin-Embedder-Policy", "cross_origin_embedder_policy", str)
    put("Cross-Origin-Resource-Policy", "cross_origin_resource_policy", str)
    _put_hsts(secure, headers, options)
    nonced = _put_csp(secure, headers, options)
    headers.update(options["extra"])
    hsts = headers.pop(HSTS, None)
    try:
        plain = Constant(headers.items())
        over_tls = Constant([*headers.items(), *([(HSTS, hsts)] if hsts is not None else [])])
    except ValueError as error:
        raise HookConfigurationError(f"{_HOOK}: {error}.") from None
    redirect = None
    if options["force_https"]:
        redirect = 308 if options["force_https_permanent"] else 307
    return Policies(plain, over_tls, hsts is not None, nonced, redirect)


def _secure() -> ModuleType:
    try:
        import secure
    except ImportError:
        raise HookConfigurationError(
            "SecurityHeaders takes its policies from the package 'secure', which is not installed."
            " Install Afterware with the extra 'secure': pip install 'afterware[secure]'."
        ) from None
    return secure


def _preset(secure: ModuleType, preset: Any) -> dict[str, str]:
    if isinstance(preset, secure.Secure):
        items = preset.header_items()
    else:
        one_of(_HOOK, "preset", preset, PRESETS)
        if preset is None:
            return {}
        items = secure.Secure.from_preset(secure.Preset(preset)).header_items()
    return {name: value for name, value in items if name.lower() not in _LEFT_TO_THE_SERVER}


def _refuse_wrong_choices(options: Mapping[str, Any]) -> None:
    given = options["frame_options"]
    if isinstance(given, str) and given.upper().startswith("ALLOW-FROM"):
        refuse(
            _HOOK,
            "frame_options",
            given,
            "No browser heeds ALLOW-FROM any more. Allow those pages with the directive"
            " frame-ancestors of content_security_policy.",
        )
    one_of(_HOOK, "frame_options", given, FRAME_OPTIONS)
    for option, choices in (
        ("cross_origin_opener_policy", OPENER_POLICIES),
        ("cross_origin_embedder_policy", EMBEDDER_POLICIES),
        ("cross_origin_resource_policy", RESOURCE_POLICIES),
        ("content_type_options", (AS_PRESET, True, False)),
        ("strict_transport_security", (AS_PRESET, True, False)),
    ):
        one_of(_HOOK, option, options[option], choices)
    # What is a bool may not be "no": any string is true.
    subdomains = "strict_transport_security_include_subdomains"
    one_of(_HOOK, subdomains, options[subdomains], (True, False, None))
    for option in (
        "strict_transport_security_preload",
        "content_security_policy_report_only",
        "force_https",
        "force_https_permanent",
    ):
        one_of(_HOOK, option, options[option], (True, False))
    if not isinstance(options["extra"], Mapping):
        refuse(_HOOK, "extra", options["extra"], "Give a mapping of header names to values.")


def _checked_by(option: str, given: Any, value: Callable[[Any], str]) -> str:
    """The header's value; secure says with a ValueError what it cannot be built of."""
    try:
        built = given.header_value if hasattr(given, "header_value") else value(given)
    except HookConfigurationError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        refuse(_HOOK, option, given, f"{error}.")
    return str(built)


def _tokens(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(given.split())
    return tuple(itertools.chain.from_iterable(each.split() for each in given))


def _permissions(secure: ModuleType, given: Any) -> str:
    """`{"camera": "self"}`, `{"camera": ()}` or a ready allowlist in its parentheses."""
    if isinstance(given, str):
        return str(secure.PermissionsPolicy().value(given).header_value)
    if not given:
        raise ValueError("it is empty; say None to send no such header")
    parts = []
    for feature, allowed in given.items():
        if isinstance(allowed, str) and allowed.startswith("("):
            parts.append(f"{feature}={allowed}")
        else:
            one = secure.PermissionsPolicy().add_directive(feature, *_tokens(allowed))
            parts.append(one.header_value)
    return ", ".join(parts)


def _structured(given: Any) -> str:
    """A dictionary as RFC 9651 writes it, of values that are written so already."""
    if isinstance(given, str):
        return given
    return ", ".join(f"{name}={value}" for name, value in given.items())


def _referrer(given: Any) -> str:
    policies = strings(_HOOK, "referrer_policy", given)
    listed = [each.strip() for policy in policies for each in policy.split(",")]
    for each in listed:
        one_of(_HOOK, "referrer_policy", each, REFERRER_POLICIES)
    return ", ".join(listed)


def _put_hsts(secure: ModuleType, headers: dict[str, str], options: Mapping[str, Any]) -> None:
    given = options["strict_transport_security"]
    max_age = options["strict_transport_security_max_age"]
    subdomains = options["strict_transport_security_include_subdomains"]
    preload = options["strict_transport_security_preload"]
    if given == AS_PRESET:
        if max_age is None and subdomains is None and not preload:
            return
        given = HSTS in headers
    headers.pop(HSTS, None)
    if not given:
        return
    if preload and subdomains is False:
        refuse(
            _HOOK,
            "strict_transport_security_preload",
            preload,
            "Browsers' preload lists take only policies with"
            " strict_transport_security_include_subdomains=True.",
        )
    seconds = integer(
        _HOOK,
        "strict_transport_security_max_age",
        _YEAR if max_age is None else max_age,
        least=_YEAR if preload else 0,  # https://hstspreload.org
        unit="seconds",
    )
    policy = secure.StrictTransportSecurity().max_age(seconds)
    if subdomains is not False:
        policy.include_subdomains()
    if preload:
        policy.preload()
    headers[HSTS] = str(policy.header_value)


_YEAR = 31_536_000

# Stands in a policy for the nonce of a request; no policy can hold it, since it has a line break.
_NONCE = "\n"


def _put_csp(
    secure: ModuleType, headers: dict[str, str], options: Mapping[str, Any]
) -> tuple[str, tuple[str, ...]] | None:
    given = options["content_security_policy"]
    report_uri = options["content_security_policy_report_uri"]
    report_only = options["content_security_policy_report_only"]
    nonce_in = strings(
        _HOOK,
        "content_security_policy_nonce_in",
        options["content_security_policy_nonce_in"],
    )
    name = CSP_REPORT_ONLY if report_only else CSP
    preset = {each: headers.pop(each) for each in (CSP, CSP_REPORT_ONLY) if each in headers}
    if given == AS_PRESET:
        if not preset:
            return None
        given = next(iter(preset.values()))
        if not report_only:
            name = next(iter(preset))
    elif given is None or given is False:
        return None
    elif hasattr(given, "header_name") and not report_only:
        name = given.header_name
    text = _checked_by("content_security_policy", given, lambda raw: _csp(secure, raw))
    directives = _directives(text)
    if report_uri is not None and "report-uri" not in directives:
        directives["report-uri"] = str(report_uri)
    if name == CSP_REPORT_ONLY and not directives.keys() & {"report-uri", "report-to"}:
        refuse(
            _HOOK,
            "content_security_policy_report_only",
            report_only,
            "Nobody would hear of it: give content_security_policy_report_uri, or the directive"
            " report-uri or report-to.",
        )
    for directive in nonce_in:
        if directive not in directives:
            refuse(
                _HOOK,
                "content_security_policy_nonce_in",
                nonce_in,
                f"The policy has no directive {directive!r}. It has: {', '.join(directives)}.",
            )
        directives[directive] = f"{directives[directive]} 'nonce-{_NONCE}'".lstrip()
    value = "; ".join(f"{each} {value}".rstrip(" ") for each, value in directives.items())
    if not nonce_in:
        headers[name] = value
        return None
    checked(name, value.replace(_NONCE, "nonce"))
    return name, tuple(value.split(_NONCE))


def _csp(secure: ModuleType, given: Any) -> str:
    policy = secure.ContentSecurityPolicy()
    for directive, sources in (_directives(given) if isinstance(given, str) else given).items():
        policy.custom_directive(directive, *_tokens(sources))
    return str(policy.header_value)


def _directives(text: str) -> dict[str, str]:
    """The directives of a policy; the first of a name counts (CSP Level 3, section 2.2.1)."""
    directives: dict[str, str] = {}
    for part in re.split(r"\s*;\s*", text.strip()):
        name, _, value = part.partition(" ")
        if name:
            directives.setdefault(name, value.strip())
    return directives
