"""`distutils`, which Python 3.12 dropped: only `version`, by which scripts compare TensorFlow's version."""
