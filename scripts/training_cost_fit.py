"""Fit digitlab/networks/training_costs.json to measured trainings, and find how far it is off. No Keras.

`measure_layers.py` measures and calls this.
"""

import math
import statistics
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls  # type: ignore[import-untyped]

from digitlab.data.augmentation import Augmentation
from digitlab.networks.layers import stacks
from digitlab.networks.layers.layer_figures import Stack
from digitlab.networks.presets import PRESETS
from digitlab.networks.training_cost import COMPILED, PLAIN, CostTable, Passes, training_work

Measured = Mapping[str, Any]  # what `measure_layers.measure` returns
READ = 2048  # digits that are read in a measurement
_ITERATIONS = 6
_WEIGHT_OF_NONE = 0.1  # of a cost of 0, against one measurement: it decides where measurements do not
_WITHIN = 0.8  # the share of networks that a spread holds for


def stack_of(measured: Measured) -> Stack:
    """Return the layers that were measured."""
    return stacks.from_json(measured["layers"])


def way_of(measured: Measured) -> str:
    """Return how they were computed."""
    return COMPILED if measured["compiled"] else PLAIN


def chunk_work(measured: Measured) -> dict[str, float]:
    """Return the work of a chunk, whose seconds were measured."""
    steps = measured["batches"]
    passes = Passes(1, steps, steps * measured["batch_size"])
    return training_work(stack_of(measured), passes, Augmentation(**measured["augmentation"]))


def costs(found: Mapping[str, Measured]) -> dict[str, dict[str, float]]:
    """Fit the cost of each kind of work: none is negative, and relative errors count."""
    return {
        way: _costs([measured for measured in found.values() if way_of(measured) == way]) for way in (PLAIN, COMPILED)
    }


def _costs(found: list[Measured]) -> dict[str, float]:
    """Fit by least squares of relative errors, again and again, as a logarithm's are: none counts more from above."""
    works = [chunk_work(measured) for measured in found]
    names = sorted({name for work in works for name in work})
    amounts: NDArray[np.float64] = np.array([[work.get(name, 0.0) for name in names] for work in works])
    seconds: NDArray[np.float64] = np.array([measured["seconds"] for measured in found])
    scale = seconds
    for _time in range(_ITERATIONS):
        shares = amounts / scale[:, np.newaxis]
        sizes = np.sqrt(np.mean(shares**2, axis=0))
        sizes[sizes == 0] = 1.0
        rows = np.vstack([shares / sizes, np.eye(len(names)) * _WEIGHT_OF_NONE])
        fitted = nnls(rows, np.concatenate([seconds / scale, np.zeros(len(names))]))[0] / sizes
        scale = np.sqrt(seconds * np.maximum(amounts @ fitted, seconds / 20))
    return {name: float(f"{cost:.4g}") for name, cost in zip(names, fitted, strict=True) if cost > 0}


def error(table: CostTable, measured: Measured) -> float:
    """Return the logarithm of how many times longer a chunk took than the table says."""
    return math.log(measured["seconds"] / table.cost(chunk_work(measured), way_of(measured)))


def left_out_errors(found: Mapping[str, Measured]) -> dict[str, float]:
    """Return the error of each random network by a table that was fitted to all others."""
    return {
        name: error(
            CostTable(machine="", costs=costs({key: measured for key, measured in found.items() if key != name})),
            measured,
        )
        for name, measured in found.items()
        if name.isdecimal()
    }


def reading_share(found: Mapping[str, Measured], costs: Mapping[str, Mapping[str, float]]) -> float:
    """Return the share of learning's work with which reading is estimated best."""

    def mean_error(share: float) -> float:
        table = CostTable(machine="", costs=costs, reading_share=share)
        return statistics.fmean(
            abs(
                math.log(
                    measured["reading"]
                    / table.reading(stack_of(measured), READ, measured["batches"] * measured["batch_size"])
                )
            )
            for measured in found.values()
        )

    return min((share / 100 for share in range(5, 61)), key=mean_error)


def spread(errors: list[float]) -> float:
    """Return the factor within which four of five errors lie."""
    return float(f"{math.exp(float(np.quantile(np.abs(errors), _WITHIN, method='higher'))):.3g}")


def table_of(found: Mapping[str, Measured], machine: str, yardstick: float) -> CostTable:
    """Fit a table to what was measured."""
    fitted = costs(found)
    plain, left_out = CostTable(machine=machine, costs=fitted), left_out_errors(found)
    networks = {name: math.exp(error(plain, found[name])) for name in PRESETS}
    own_errors = [
        error(plain, measured) - math.log(networks[name.split()[0]]) for name, measured in found.items() if " " in name
    ]
    return CostTable(
        machine=machine,
        costs=fitted,
        reading_share=reading_share(found, fitted),
        epoch=float(f"{statistics.median(measured['rest'] for measured in found.values()):.2g}"),
        networks={name: float(f"{factor:.3g}") for name, factor in networks.items()},
        spreads={
            way: spread([error for name, error in left_out.items() if way_of(found[name]) == way])
            for way in (PLAIN, COMPILED)
        },
        own_spread=spread(own_errors),
        yardstick=yardstick,
    )
