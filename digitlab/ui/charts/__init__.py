"""Charts and figures.

batch_plot        the loss by batch; marks where the learning rate was changed
colours           numbers as colours that everybody can distinguish
comparison_plots  charts that compare several networks
fonts             the fonts of figures, with Hangul
learning_plots    charts of a training: growing curves, layers, weights
plots             learning curves, calibration, robustness, digit map, pixel values
range_test_plot   the loss while the learning rate rises
search_plots      charts of a search: the best so far, parallel coordinates, importance
"""
