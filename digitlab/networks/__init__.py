"""What reads digits, and what is known about it: settings, readings, scores, explanations. No Keras.

activations         the outputs of a network's layers, on LiteRT
calibration         calibration, and the thresholds for "confident" and "not a digit"
code                the Keras code of a training, as script and notebook
config              the settings of a training
counterfactuals     the smallest changes that turn a picture into another digit
digit_map           the map of digits in the last hidden layer
digit_sets          the sets of digits on which a network is evaluated
evaluation          evaluates a network on a whole set
execution_plans     how many steps are computed in one call, and whether XLA compiles them
explanation         the results of explanations
file_formats        the file formats to which a network can be exported
fine_tuning_source  where a fine-tuned network comes from
hints               hints on what looks wrong in a training
label_noise         finds suspect labels with several networks
layers/             networks as stacks of layers: shapes, cost, JSON, Keras code
metrics             the metrics that a training reports
number_search       finds the digits of a number
observation         gradients, weights and dead units while a network trains
occlusion           how covering parts of a picture changes a probability
paired_comparison   compares two networks on the same digits
presets             the presets, with their layers
range_test          the learning-rate range test, and what it suggests
rate_changes        changes of the learning rate during a training
reading             what a network reads in a drawing
recognition         reads digits within milliseconds, on LiteRT
robustness          accuracy as digits are distorted
scores              accuracy, confusion and mistakes from probabilities
search_parameters   the settings that a search may vary
search_space        the settings that one search varies, and its limits
snapshots           snapshots of a network after an epoch
snippets            parts of the Keras code
statistics          confidence intervals and tests
step_effect         what a single training step did
training_command    the command that repeats a training
training_cost       how long an epoch takes, from a table of measured costs
"""
