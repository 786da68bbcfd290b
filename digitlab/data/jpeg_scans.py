"""Counts the scans of a JPEG without decoding it.

A progressive JPEG stores a picture in several scans, each of which goes over all of its pixels again. A scan that says
nothing new takes some 20 bytes, so that a small file can cost minutes ("Two issues with the JPEG standard",
https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf, LJT-01-003).
"""

import re

_START_OF_SCAN, _END_OF_IMAGE, _TEMPORARY = 0xDA, 0xD9, 0x01
# In a scan's data, FF stands before a 0, which makes it data, or before D0 to D7, which restarts the decoder. FF may
# also fill the space before a marker. (ITU-T T.81, B.1.1)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def has_more_scans(content: bytes, limit: int) -> bool:
    """Whether the first picture of a JPEG file, even a damaged one, has more than `limit` scans.

    Example:
        >>> two_scans = bytes.fromhex("ffd8 ffda0002 0123ff00 ffda0002 45 ffd9")
        >>> has_more_scans(two_scans, 1), has_more_scans(two_scans, 2)
        (True, False)
    """
    scans, position = 0, 2  # after the start of the image
    while scans <= limit and (marker := _MARKER.search(content, position)):
        kind, position = content[marker.start() + 1], marker.end()
        if kind == _END_OF_IMAGE:
            break
        scans += kind == _START_OF_SCAN
        if kind != _TEMPORARY:
            position += int.from_bytes(content[position : position + 2])  # a segment's length counts its own 2 bytes
    return scans > limit
