"""Keep a process that stays small: have the C library give back what large arrays held.

glibc raises the size from which it maps memory apart with each large array that is freed, up to
32 MB, and keeps what lies below for itself, an arena a thread. A fixed size turns that off: with
5,600 passages and four threads 500 MB became 400 MB, and an answer took no longer.
mallopt(3), https://man7.org/linux/man-pages/man3/mallopt.3.html. Elsewhere it does nothing.
"""

import ctypes

_M_MMAP_THRESHOLD = -3
_MAPPED_FROM = 128 * 1024  # bytes; glibc's own default, here for good


def give_back_large_arrays() -> bool:
    """Fix the size from which arrays are mapped apart; return whether that was possible."""
    try:
        return bool(ctypes.CDLL("libc.so.6").mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM))
    except (OSError, AttributeError):  # no glibc
        return False
