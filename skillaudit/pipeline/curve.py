"""The library's law as the report holds it."""

from __future__ import annotations

from skillaudit.laws import Law, LibraryLaw
from skillaudit.schema import LawForm, LawPoint, LibraryCurve

_PARAMETERS = ("a", "b", "alpha", "kappa", "gamma", "epsilon")


def curve(law: LibraryLaw) -> LibraryCurve:
    """Return `law` as the report's record."""
    return LibraryCurve(
        points=tuple(LawPoint(n=p.n, accuracy=p.accuracy, hijack=p.hijack) for p in law.points),
        forms=tuple(
            LawForm(
                form=fitted.law.form,
                parameters=parameters(fitted.law),
                r_squared=fitted.law.r_squared,
                left_out_error=fitted.left_out_error,
                chosen=fitted.chosen,
            )
            for fitted in law.fits
        ),
        a=law.a,
        b=law.b,
        kappa=law.kappa,
        gamma=law.gamma,
        floor=law.floor,
        crossing=law.crossing,
        room=law.room,
        note=law.note,
    )


def parameters(law: Law) -> dict[str, float]:
    """Return the parameters that the law's form has, by name."""
    found = {name: getattr(law, name) for name in _PARAMETERS}
    return {name: value for name, value in found.items() if value is not None}
