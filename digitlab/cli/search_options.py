"""What a search varies and how long it is, as options."""

import argparse
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.fields import settings_of
from digitlab.networks.config import TrainingConfig
from digitlab.networks.search_parameters import PARAMETERS, Scale, Varied
from digitlab.networks.search_space import SearchLimits, SearchSpace
from digitlab.translation import Text, _, translated

_NAMES = {"epochs": "trial-epochs", "training_digits": "trial-digits", "max_trials": "trials", "max_minutes": "minutes"}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of a search; the settings of a training are those of the best, trained in full."""
    group = parser.add_argument_group(_("search"))
    usual = ", ".join(parameter.name for parameter in PARAMETERS.values() if parameter.is_usual)
    group.add_argument(
        "--vary",
        action="append",
        metavar="NAME[=LOW:HIGH]",
        help=_(
            "A setting that may vary, once for each: {names}. Choices are written as in optimizer=adam,sgd. Default: "
            "{usual}.",
            names=", ".join(PARAMETERS),
            usual=usual,
        ),
    )
    group.add_argument("--title", default="", help=_("Title of the search."))
    settings = settings_of(SearchLimits)
    for name, option in _NAMES.items():
        setting = settings[name]
        about = f"{translated(setting.help)} {translated(setting.allowed)}"
        group.add_argument(f"--{option}", type=setting.kind, default=setting.default, metavar="N", help=about)


def space_from(options: argparse.Namespace, base: TrainingConfig) -> SearchSpace:
    """Return what the options say. `InvalidSetting` if a value is not allowed."""
    names = options.vary or [parameter.name for parameter in PARAMETERS.values() if parameter.is_usual]
    limits: dict[str, Any] = {name: getattr(options, option.replace("-", "_")) for name, option in _NAMES.items()}
    limits["max_minutes"] = limits["max_minutes"] or None
    return SearchSpace(base=base, varied=tuple(map(_varied, names)), **limits)


def _varied(given: str) -> Varied:
    name, _equals, text = given.partition("=")
    name = name.replace("-", "_")
    parameter = PARAMETERS.get(name)
    if parameter is None or not text:
        return Varied(name=name, values=parameter.usual if parameter else ())
    if parameter.scale is Scale.CHOICE:
        return Varied(name=name, values=tuple(text.split(",")))
    try:
        return Varied(name=name, values=tuple(map(parameter.setting.kind, text.split(":"))))
    except ValueError as error:
        if isinstance(error, InvalidSetting):
            raise
        raise InvalidSetting(
            Text("{given} cannot be varied. Write it as in {name}=LOW:HIGH.", given=given[:60], name=name)
        ) from error
