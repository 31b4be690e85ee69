"""How sure a figure is: 95 % confidence intervals of a share and of a mean. Figures of nothing have none."""

import math
from functools import lru_cache
from statistics import NormalDist

_TAIL = 0.975
_Z = NormalDist().inv_cdf(_TAIL)
# Up to this many degrees of freedom the distribution is summed exactly; beyond, its expansion is good to 1e-7.
_EXACT = 100
_ROUNDS = 60


def share_interval(count: int, of: int) -> tuple[float, float]:
    """Return the interval of the share *count* of *of*, within 0 and 1.

    Wilson's score interval without continuity correction (E. B. Wilson, JASA 22, 1927; method 3 of R. G. Newcombe,
    Statistics in Medicine 17, 1998): good from small numbers on, and never outside 0 and 1.

    Raises:
        ValueError: *of* is 0, or *count* is no part of it.
    """
    if not 0 <= count <= of or not of:
        raise ValueError(f"{count} is no part of {of}")
    share, square = count / of, _Z * _Z / of
    middle = (share + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(share * (1 - share) / of + square / (4 * of))
    # At the ends the formula gives 0 and 1 but for rounding.
    return (0.0 if count == 0 else max(0.0, middle - half)), (1.0 if count == of else min(1.0, middle + half))


def mean_interval(n: int, mean: float, deviation: float) -> tuple[float, float] | None:
    """Return the interval of a *mean* of *n* values by Student's t; *deviation* is theirs, with divisor n - 1.

    None where nothing can be said: fewer than two values, or all of them the same.
    """
    if n <= 1 or deviation <= 0:
        return None
    half = t_quantile(n - 1) * deviation / math.sqrt(n)
    return mean - half, mean + half


@lru_cache(maxsize=4096)
def t_quantile(freedom: int) -> float:
    """Return the value that Student's t with *freedom* degrees of freedom exceeds in 2.5 % of cases."""
    if freedom > _EXACT:
        return _expanded(freedom)
    low, high = 0.0, 13.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if (1 + _within(middle, freedom)) / 2 < _TAIL:
            low = middle
        else:
            high = middle
    return high


def _within(t: float, freedom: int) -> float:
    """Return how probable a value between -t and t is (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for step in range(odd + 2, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (step - 1) / step
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def _expanded(freedom: int) -> float:
    """Return the quantile by its expansion around the normal one (Abramowitz and Stegun 26.7.5)."""
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))
