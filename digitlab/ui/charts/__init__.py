"""Charts and figures.

colours           numbers -> colours that everybody can tell apart
comparison_plots  figures of several networks
learning_plots    charts of what goes on in the layers
plots             figures
"""
