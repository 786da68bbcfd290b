"""Files from elsewhere: checked before they are opened.

keras_archive    a file from elsewhere, looked into before it is unpacked
layer_allowlist  which layers it may have
sandbox          what the process that opens it gives up
weights_file     its numbers, and nothing but numbers
"""
