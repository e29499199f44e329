def convert_if_asked(f, a, o): return f
