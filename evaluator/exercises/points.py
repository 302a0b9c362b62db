"""What each part is worth, where only some or none say it."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Sums that differ by less are the same: thirds are not exact.
SAME = 1e-9


class PointsError(ValueError):
    """Points that do not fit together."""

    def __init__(self, message: str, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


def share(written: Sequence[float | None], total: float | None) -> list[float]:
    """Give every part its points; None is what is not written.

    Nothing said is one point, in equal shares. A total is shared equally among those that say
    nothing, after what the others take; without a total these get 0, unless all others are 0 too.
    """
    known = [points for points in written if points is not None]
    sum_known, silent = math.fsum(known), len(written) - len(known)
    if total is None:
        is_open = not known or (silent > 0 and sum_known == 0)
        rest = 1.0 / silent if is_open and silent else 0.0
        found = [rest if points is None else points for points in written]
    else:
        if sum_known > total + SAME:
            raise PointsError(f"the parts are worth {sum_known:g} points, and all together {total:g}",
                              "give them less, or the exercise more")  # fmt: skip
        if not silent and sum_known < total - SAME:
            raise PointsError(f"the parts are worth {sum_known:g} points, and all together {total:g}",
                              "make the sums the same, or leave the total out")  # fmt: skip
        rest = (total - sum_known) / silent if silent else 0.0
        found = [rest if points is None else points for points in written]
    if math.fsum(found) <= 0:
        raise PointsError("the exercise is worth 0 points", "give a part some points")
    return found
