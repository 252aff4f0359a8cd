"""How days hang together: a Gaussian process over weekday, level, holidays and the place in the month.

Two days are the more alike the more they share (`likeness.py`): the weekday, the time of the year, the special
day, being the first after a closure, the place in the month. Written as a covariance, every such effect is a
random effect that is shrunk as far as it is badly known: a holiday seen once moves the forecast less than
one seen five times. The short memory is that of an autoregression of first order, e^(−days/memory).

C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006), chapters 2 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callback.forecasting.history import Array

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class DayEffects:
    """The process conditioned on the counted days, for every day before which one may stand.

    A Cholesky factor of the covariance of days in their order holds that of every earlier stretch as its
    leading block, so one factorisation serves all origins of a back-test.
    """

    counted: Indices
    between: Array
    inverse_factor: Array

    def expect(self, values: Array, origin: int, targets: Indices) -> Array:
        """Return the expected values on `targets`, from those of the counted days before `origin`.

        `values` has one row for each counted day; columns are independent of each other.
        """
        known = int(np.searchsorted(self.counted, origin))
        factor = self.inverse_factor[:known, :known]
        centre = values[:known].mean(axis=0)
        weights = self.between[targets[:, None], self.counted[:known]] @ factor.T
        expected: Array = centre + weights @ (factor @ (values[:known] - centre))
        return expected

    def surprises(self, values: Array) -> tuple[Array, Array]:
        """Return how far each counted day lies from what all others say of it, and that in deviations."""
        precision = self.inverse_factor.T @ self.inverse_factor
        diagonal = np.diag(precision)
        residuals = (precision @ (values - np.median(values))) / diagonal
        return residuals, residuals * np.sqrt(diagonal)

    def evidence(self, values: Array) -> Array:
        """Return the log likelihood of each column, its own scale taken out; for comparing noises."""
        scores = self.inverse_factor @ (values - values.mean(axis=0))
        size = len(values)
        squares = np.maximum((scores**2).mean(axis=0), 1e-12)
        found: Array = np.log(np.diag(self.inverse_factor)).sum() - 0.5 * size * np.log(squares)
        return found


def condition(between: Array, counted: Indices, noise: Array) -> DayEffects:
    """Prepare the process for values on the `counted` days with these variances of their noise."""
    own = between[counted[:, None], counted] + np.diag(noise)
    return DayEffects(counted, between, np.linalg.inv(np.linalg.cholesky(own)))
