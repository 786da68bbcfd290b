"""Charts and figures.

batch_plot        The loss by batch; marks where the learning rate was changed
colours           Numbers as colours that everybody can distinguish
comparison_plots  Charts that compare several networks
fonts             The fonts of figures, with Hangul
learning_plots    Charts of a training: growing curves, layers, weights
plots             Learning curves, calibration, robustness, digit map, pixel values
range_test_plot   The loss while the learning rate rises
search_plots      Charts of a search: the best so far, parallel coordinates, importance
"""
