"""Everything that imports Keras or TensorFlow. Nothing imports it at module level: Dask runs it by dotted name.

build                builds networks from their layouts
callbacks            Keras callbacks that report metrics, and stop a training on request
checkpoints          a training's state in a file
execution            carries out a run: trains, scores, saves, records
explainer            explains a network's readings
export               writes a network as .keras, .tflite and .onnx, and reads each file again to check it
filters              what filters see, and what activates them
fine_tuning          adapts a trained network to its owner's handwriting
fine_tuning_data     mixes a person's digits with many others
fine_tuning_run      carries out a run that fine-tunes a network
heartbeat            the heartbeat of a run, and results that wait for the database
input_adapters       layers in front of an imported network: shape and scale of its pictures
input_search         finds out how an imported network takes its pictures
kernels              finds the kernels of layers
keras_files          networks in Keras' own files
layer_graph          how layers are connected
learning_rate_range  the learning-rate range test with Keras
mnist_download       downloads MNIST with Keras, in a process of its own
model_conversion     converts an imported network, in a process of its own
model_pool           compiled networks, ready to be trained again
multistep            trains on many batches in one compiled call
observer             observes gradients and weights after each epoch
onnx_graph           the operators and constants of an ONNX file
onnx_writer          writes a network as ONNX, layer by layer
readings_by_epoch    reads an image with the snapshots of all epochs
saved_models         keeps saved networks open to answer questions
single_step          trains one batch of a paused run
snapshot_models      networks with the weights of snapshots
training             trains a network
training_digits      the digits of a training: MNIST, and synthetic ones, drawn when needed
"""

import gc
import sys

# Keras imports these for functions that no worker calls; without them, a worker is ready a second earlier.
_UNUSED = {name: None for name in ("matplotlib", "pandas", "scipy", "sklearn") if name not in sys.modules}
_WAS_ON = gc.isenabled()

sys.modules |= _UNUSED  # type: ignore[arg-type] # Python takes None for a package that is not installed
gc.disable()  # the 400,000 objects of Keras and TensorFlow stay: nothing is gained by looking for garbage among them
try:
    import keras  # noqa: F401

    gc.freeze()
finally:
    for _name in _UNUSED:
        del sys.modules[_name]
    if _WAS_ON:
        gc.enable()
