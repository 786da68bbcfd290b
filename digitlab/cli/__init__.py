"""The command line: `python -m digitlab`.

argparse_texts         the words of argparse itself, translated
backup_commands        backup, restore
ctrl_c                 what Ctrl-C does
improvement_commands   improve, keep, forget: fine-tuning on drawings
input_file             a file that is named on the command line
learning_rate_command  find-learning-rate: a learning rate, found in this process
main                   runs a command
model_commands         evaluate, read, export, import: one network
output                 the result of a command, as JSON or as text
parser                 the commands and their options
run_commands           runs, stop, pause, resume, rate, rename, delete: runs
search_command         search: many settings, tried by workers of its own
search_options         what a search varies and how long it is, as options
setting_options        the settings of a training, as options
setup_commands         doctor, workers: this installation
train_command          train: a network, trained in this process
"""
