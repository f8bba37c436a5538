"""The version of this package; the same as the library's."""

VERSION = "0.1.0"
