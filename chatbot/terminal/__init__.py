"""Everything a person sees in a terminal: chat, rendering, streams."""
