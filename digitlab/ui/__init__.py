"""Pieces of page that several pages share; a folder for the pieces of each page.

canvas            the field to draw in
confusion_matrix  the confusion matrix, to be clicked
corrections       what it should have read
elements          what pages share
explanations      why it reads so, shown
galleries         digits as pictures, one or many
identity          who looks at the page
linked_choice     choices that the address keeps by a fixed name
reading_view      what a network reads, shown
run_list          a run, shown, and whose it is
run_progress      how far a run is, and wishes for it
visitor_cookie    a cookie that tells browsers apart
charts/      charts and figures
train/       pieces of the page Train
watch/       pieces of the page Watch it learn
mydigits/    pieces of the page My digits
improve/     pieces of the page Improve
understand/  pieces of the page Understand
evaluate/    pieces of the page Evaluate
compare/     pieces of the page Compare
models/      pieces of the page Models
"""
