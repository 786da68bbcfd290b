"""What people may do in the lab, with the checks of ownership and limits.

backup               saves a lab to a file while it runs
backup_archive       the ZIP of a backup, with size and SHA-256 of each part
corrections          turns a reading that a person corrected into a drawing
drawing_service      people's own drawings: save, list, relabel, delete, import and export
epoch_estimates      estimates of how long an epoch of a training takes here
evaluation_service   networks' answers on whole sets, computed once
explanation_service  explanations of one network's answers
improver             fine-tunes networks on a person's drawings, and says whether it helped
limits               the limits of one lab
map_builder          maps of digits, made in the background
model_service        people's own networks: import, rename and delete
rate_finder          learning rates by range tests, in the background
restore              restores a lab from a backup while it is not running
search_service       searches for settings: start, stop, delete, train the best in full
training_service     runs: start, stop, pause, resume, rename and delete
wait_estimates       the list of runs, and estimates of when the queued ones start
"""
