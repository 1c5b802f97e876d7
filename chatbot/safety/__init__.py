"""The screen that reads every raw message before anything else does."""
