"""MNIST, picture files, and operations on digits.

archives          ZIP files, checked before anything is unpacked
augmentation      small random changes of digits
browsing          order, counts and averages of a set
canvas_picture    decodes the picture that the canvas sends
distortions       distorts digits by given amounts
drawing_link      a drawing as text, for an address
image_ops         small operations on pictures, shared by several modules
jpeg_scans        counts the scans of a JPEG
label_errors      known label errors of MNIST
labelled_digits   the type of images with their labels
mnist             the MNIST data set, from the file in this folder
mnist_source      MNIST from that file, or else downloaded by Keras
picture_decoding  decodes a picture with Pillow
picture_files     opens picture files as drawings
picture_process   decodes a picture in a process of its own
png_files         writes pictures as PNG files
"""
