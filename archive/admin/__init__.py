"""The admin panel: the import pages as its front door, and the records behind it (see `archive.apps`)."""
