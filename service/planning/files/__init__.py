"""Files as people have them: what they hold, in which letters, under which headings."""
