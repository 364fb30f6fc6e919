"""The day as it comes: records in, the rows of tonight's build out, window by window, and the log of what was said."""
