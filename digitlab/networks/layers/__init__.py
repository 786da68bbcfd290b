"""Networks as stacks of layers: what each layer is, its shapes and its cost. No Keras.

base           what every layer tells about itself
kinds          the table of layers, a class a type
layer_figures  shapes, weights and cost of a stack, and what is wrong with it
stacks         a stack of layers as JSON, checked
keras_code     a stack as lines of Keras code
"""
