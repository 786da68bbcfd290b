"""Networks as stacks of layers: what each layer is, its shapes and its cost. No Keras.

base           the base class of all layers, and settings that several share
kinds          the types of layers, a class for each
layer_figures  shapes, weights and cost of a stack, and what is wrong with it
stacks         a stack of layers as JSON, checked
keras_code     a stack as lines of Keras code
"""
