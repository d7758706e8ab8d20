"""The headers of every answer: what a browser may do with a page, and what others may not."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["answer_headers"]

_OWN = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "object-src": "'none'",
}
# Voilà's own page has scripts in it, and its widgets make more of them.
_ALL_WIDGETS = _OWN | {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "media-src": "'self' data: blob:",
}


def answer_headers(*, all_widgets: bool) -> Mapping[str, str]:
    """Return the headers of every answer.

    Parameters
    ----------
    all_widgets : bool
        Whether the pages are Voilà's own, which need more.
    """
    policy = _ALL_WIDGETS if all_widgets else _OWN
    return {
        "Content-Security-Policy": "; ".join(" ".join(each) for each in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        "Server": "jcm",  # and no version
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
    }
