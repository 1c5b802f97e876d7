"""From raw text to words, stems and terms. Passages and questions go through the same code."""
