"""Everything that imports Keras or TensorFlow. Nothing imports it at module level: Dask runs it by dotted name.

build              networks, built from their layouts
callbacks          Keras' logs -> metrics; a wish to stop -> Keras
checkpoints        a training's state, kept
execution          what such a process does with a run
explainer          why a network reads what it reads
export             a network -> .keras, .tflite and .onnx, and read again
filters            what filters see, and what excites them
fine_tuning        a trained network -> one that reads its person's hand
fine_tuning_data   somebody's own digits among many others
fine_tuning_run    what it does with one that tunes a network
heartbeat          signs of life of a run, and news that wait while the record is away
keras_files        networks in Keras' own files
layer_graph        how layers are joined
model_conversion   such a network made one of our own, in a process of its own
model_pool         networks made ready to learn, and kept
multistep          many of Keras' steps in one call
observer           a look at a network after each epoch
readings_by_epoch  how a picture was read while a network learned
saved_models       what such a process knows about a saved network
snapshot_models    snapshots, brought to life again
training           config, digits -> a trained network
"""
