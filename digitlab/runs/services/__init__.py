"""What people may do in the lab, with the checks of ownership and limits.

corrections     turns a reading that a person corrected into a drawing
drawings        people's own drawings: save, list, relabel, delete, import and export
evaluations     networks' answers on whole sets, computed once
explaining      explanations of one network's answers
improver        fine-tunes networks on a person's drawings, and says whether it helped
limits          the limits of one lab
map_builder     maps of digits, made in the background
models          people's own networks: import, rename and delete
trainings       runs: start, stop, pause, resume, rename and delete
wait_estimates  all runs, and when the queued ones may start
"""
