"""A network with what the convolutional presets have, one of each: compiled and trained in half their time."""

from digitlab.networks.layers.kinds import BatchNormalization, Conv2D, Dropout, Flatten
from digitlab.networks.layers.layer_figures import Stack

CONVOLUTIONAL: Stack = (
    Conv2D(filters=4, kernel_size=5, stride=2, use_bias=False),
    BatchNormalization(momentum=0.9),
    Flatten(),
    Dropout(rate=0.4),
)
