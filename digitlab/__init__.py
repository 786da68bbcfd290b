"""DigitLab, a laboratory for handwritten digits.

Here is a line for each folder; the docstring of each folder has a line for each of its modules.

python_version  the versions of Python that DigitLab runs on
settings        where things are kept and how many at once; the only reader of the environment
fields          settings, declared once as fields of a dataclass
errors          the tree of errors whose messages people read
translation     texts in the reader's language; `locale/` has the catalogues
logs            the log: a JSON line for each event
sandbox         limits a process before it opens a file from elsewhere
storage/        where networks and checkpoints are kept: a folder, or any fsspec address
data/           MNIST, picture files, and how digits are changed
preprocessing/  from a drawing or a picture to a digit of 28 x 28 pixels
segmentation/   from a line of digits to single digits
synthesis/      synthetic digits, drawn from writing templates
networks/       settings of a training, reading, scores, explanations; no Keras
uploads/        files from elsewhere, checked before they are opened
runs/           the record of all runs, networks in storage, the connection to workers, and what people may do
worker/         everything that imports Keras or TensorFlow; runs in worker processes only
lab             what pages and the command line may do
doctor/         finds what is wrong with an installation
ui/             pieces of page; a folder for each page
pages/          a script for each page
cli/            the command line
server/         the Streamlit server
__main__        `python -m digitlab`

Imports run downwards only: pages, cli, server -> ui -> lab, doctor -> runs -> uploads -> networks -> segmentation,
synthesis -> preprocessing -> data -> settings, storage, fields, errors, logs. `worker` may import all below `lab`.
"""
