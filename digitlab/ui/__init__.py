"""Pieces of page that several pages share; a folder for the pieces of each page.

canvas            the canvas to draw on, with its tools
canvas_strokes    the strokes of a canvas in a session, without those that were undone
component_events  what a person did in one of the app's own components
confusion_matrix  the confusion matrix as a table of buttons
correction_form   the correction of a misread digit
digit_pictures    pictures of evaluated digits, and a dialog with each network's answer
durations         durations in words
evaluated_set     a network's answers on a set of digits
figures           pictures with title, scale and text; heat maps over a digit
galleries         digits as pictures: one, or a grid to choose from
glossary          technical terms explained where they stand
glossary_terms    the technical terms, each with an explanation
identity          who uses the page: a visitor's cookie, or a log-in
kept_drawings     keeps drawings, so that a reload of the page brings them back
language          the language of a session, and the field to switch it
layer_view        the outputs of the layers, live while the pen moves
learning_curves   loss and accuracy over the epochs
linked_choice     choices that are part of the page's address
live_reading      reads while the pen moves
messages          errors as sentences on the page; escaping of Markdown
metric            a figure in a frame
navigation_roles  roles of the phone's navigation
network_choice    the field that chooses the network for all pages
probability_bars  the ten probabilities of a reading
reading_address   where the server reads while the pen moves
reading_view      what a network reads, shown
repetition        pieces of page that refresh while the tab is visible
resources         what all sessions share: the lab, MNIST, modules loaded in advance
run_list          a run's heading, its row in the list of runs, its dialogs
run_progress      the progress of a run, and the buttons to stop or pause it
shared_state      what the pages of one session hand each other
streamlit_texts   what Streamlit itself writes, translated
style             the style sheet, and the theme
tally             how many digits a person has of each, as columns
training_hints    what looks wrong in a training
upload_refusals   why the server refused a file
visitor_cookie    a cookie that tells browsers apart
charts/      charts and figures
compare/     pieces of the page Compare
draw/        pieces of the first page, where one draws
evaluate/    pieces of the page Evaluate
improve/     pieces of the page Improve
learn/       pieces of the page Learn
models/      pieces of the page Models
mydigits/    pieces of the page My digits
search/      pieces of the page Try many
train/       pieces of the page Train
understand/  pieces of the page Explain
watch/       pieces of the page Watch it learn
"""
