"""The command line: `python -m digitlab`.

argparse_texts   the words of argparse itself, translated
backup           backup and restore of the lab
ctrl_c           what Ctrl-C does
improvement      fine-tuning on drawings, and their deletion
input_file       a file that is named on the command line
learning_rate    finds a learning rate in this process
main             runs a command
models           networks: evaluate, read, export, import
output           the result of a command, as JSON or as text
parser           the commands and their options
runs             runs: list, stop, pause, resume, rename, delete
search           tries many settings, by workers of its own
search_options   what a search varies and how long it is, as options
setting_options  the settings of a training, as options
setup            this set-up: doctor, workers
training         trains a network in this process
"""
