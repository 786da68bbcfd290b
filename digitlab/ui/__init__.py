"""Pieces of page that several pages share; a folder for the pieces of each page.

canvas            The canvas to draw on, with its tools
component_events  What was clicked in a component
confusion_matrix  The confusion matrix as a table of buttons
corrections       The correction of a misread digit
digit_pictures    Pictures of evaluated digits, and a dialog with each network's answer
durations         Durations in words
evaluation        A network's answers on a set of digits
figures           Pictures with title, scale and text; heat maps over a digit
galleries         Digits as pictures: one, or a grid to click
glossary          Technical terms explained where they stand
glossary_terms    The technical terms, each with an explanation
identity          Who uses the page: a visitor's cookie, or a log-in
kept_drawings     What is drawn, kept for a reload of the page
language          The language of a session, and the field to switch it
layer_view        What a network's layers answer, live with the pen
learning_curves   Loss and accuracy over the epochs
linked_choice     Choices that the address keeps
live_reading      Reading while the pen moves
messages          Errors as sentences on the page; escaping of Markdown
metric            A figure in a frame
navigation_roles  Roles of the phone's navigation
network_choice    The field that chooses the network for all pages
probability_bars  The ten probabilities of a reading
reading_address   Where the server reads while the pen moves
reading_view      What a network reads, shown
repetition        Pieces of page that are shown again and again while the tab is visible
resources         What all sessions share: the lab, MNIST, what is loaded ahead
run_list          A run's heading, its row in the list of runs, its dialogs
run_progress      The progress of a run, and the buttons to stop or pause it
shared_state      What the pages of one session hand each other
streamlit_texts   What Streamlit itself writes, translated
style             The style sheet, and the theme
tally             How many digits a person has of each, as columns
training_hints    What looks wrong in a training
upload_refusals   Why the server refused a file
visitor_cookie    A cookie that tells browsers apart
charts/      Charts and figures
compare/     Pieces of the page Compare
draw/        Pieces of the first page, where one draws
evaluate/    Pieces of the page Evaluate
improve/     Pieces of the page Improve
learn/       Pieces of the page Learn
models/      Pieces of the page Models
mydigits/    Pieces of the page My digits
search/      Pieces of the page Try many
train/       Pieces of the page Train
understand/  Pieces of the page Explain
watch/       Pieces of the page Watch it learn
"""
