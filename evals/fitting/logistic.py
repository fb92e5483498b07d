"""What a fitted logistic model comes to as data: a row of weights a class, small ones left out.

Guarantee: the same model gives the same arrays, whatever the number of its classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def rows_of(model: Any, small: float) -> dict[str, Any]:
    """`weights` of shape `(classes, features)` in half precision, `bias` and `classes`, as the heads read them."""
    weights, bias = model.coef_, model.intercept_
    if len(weights) == 1:  # of two classes scikit-learn keeps one
        weights, bias = np.vstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    kept = np.where(np.abs(weights) < small, 0, weights).astype(np.float16)
    return {"weights": kept, "bias": bias.astype(np.float32), "classes": np.array(model.classes_)}
