"""What people may do.

corrections     a reading that was put right, to be kept
drawings        people's own digits
evaluations     networks' answers on whole sets, computed once
explanations    all that can be asked about one network
improver        networks that learn from them: begun and judged
limits          how much may be asked of one lab
map_builder     maps of digits, made in the background and kept
models          what people may do with them
trainings       what people may do with runs
wait_estimates  all runs as they stand, and when those that wait begin
"""
