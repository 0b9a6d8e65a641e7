"""Misfortunes, each provoked on real parts: what happens, and what must be true all the same."""
from . import disk, moments, network, upgrade

ALL = [*disk.STORIES, *network.STORIES, *moments.STORIES, *upgrade.STORIES]
