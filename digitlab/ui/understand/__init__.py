"""Pieces of the page Explain.

activations_view      the output of each layer
answers               workers' answers, remembered while the page runs again
class_gradients_view  which pixels support or oppose each digit
counterfactual_view   the smallest changes to other digits
digit_map_view        nearest neighbours, and the map of digits
distortion_view       sliders that distort the picture
forward_pass_view     the softmax and one neuron in numbers
picture_choice        the choice of the picture to explain
saliency_view         heat maps of the pixels that matter
top_activations_view  the training digits that activate a filter most
"""
