"""What all sessions of this process share: the lab, MNIST, and modules that are loaded in advance."""

import gc
import threading
from contextlib import suppress

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data import browsing
from digitlab.data.mnist import Mnist
from digitlab.errors import DigitLabError
from digitlab.lab import Lab
from digitlab.settings import Settings
from digitlab.ui.charts import plots


@st.cache_resource(show_spinner=False)
def lab() -> Lab:
    """Return this process' lab; the first call starts the workers in the background."""
    lab = Lab(Settings.from_environment())
    lab.open()
    return lab


@st.cache_resource(show_spinner=False)
def preload() -> None:
    """After the first page, load what later pages need, and exclude all of it from garbage collection.

    With all modules loaded there are 190,000 objects to visit, which takes 50 to 70 ms in which nobody is answered;
    frozen objects take none.
    """
    gc.freeze()
    threading.Thread(target=_preload, args=(lab(),), name="preload", daemon=True).start()


def _preload(lab: Lab) -> None:
    lab.wait_until_open()
    plots.prepare()
    with suppress(DigitLabError):  # the page that needs the digits shows the error
        lab.mnist()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def mnist() -> Mnist:
    """Return the data set, loaded once."""
    return lab().mnist()


@st.cache_data(show_spinner=False)
def averages(part: str) -> NDArray[np.uint8]:
    """Return each digit's mean image in a part of MNIST, uint8 (10, 28, 28); 60,000 digits take 30 ms."""
    return browsing.averages(*mnist().part(part))
