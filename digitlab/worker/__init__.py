"""Everything that imports Keras or TensorFlow. Nothing imports it at module level: Dask runs it by dotted name.

build                builds networks from their layouts
callbacks            Keras' logs -> metrics; a request to stop -> Keras
checkpoints          a training's state in a file
execution            what a worker does with a run: train, score, save, record
explainer            why a network reads what it reads
export               a network -> .keras, .tflite and .onnx, checked by reading it again
filters              what filters see, and what activates them
fine_tuning          a trained network -> one that reads its owner's handwriting
fine_tuning_data     a person's own digits among many others
fine_tuning_run      the part of a run that fine-tunes a network
heartbeat            signs of life of a run, and results that wait while the database is unavailable
input_adapters       layers in front of an imported network: shape and scale of its pictures
input_search         how an imported network takes its pictures, found out on training digits
kernels              the kernels of a network's layers
keras_files          networks in Keras' own files
layer_graph          how layers are connected
learning_rate_range  the loss while the learning rate rises
mnist_download       Keras' download of MNIST, in a process of its own
model_conversion     converts an imported network, in a process of its own
model_pool           compiled networks, ready to be trained again
multistep            many of Keras' steps in one call
observer             what happens in a network after each epoch
onnx_graph           the operators and constants of an ONNX file
onnx_writer          a network -> ONNX
readings_by_epoch    how an image was read after each epoch
saved_models         saved networks that a worker keeps open
single_step          one step on a paused run
snapshot_models      snapshots -> networks that read
training             config, digits -> a trained network
training_digits      MNIST's digits, and synthetic ones, drawn when needed
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
