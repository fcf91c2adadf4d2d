def lower(text): return None
