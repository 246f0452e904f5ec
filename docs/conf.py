import matplotlib

import sknnadl

matplotlib.use("agg")

project = "sknnadl"
author = "the sknnadl developers"
copyright = "2026, the sknnadl developers"
version = release = sknnadl.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = "sknnadl"
html_static_path = ["_static"]
autosummary_generate = True
# Docstrings say more than the annotations of the constructors.
autodoc_typehints = "none"
numpydoc_show_class_members = False
# Docstrings inherited from scikit-learn refer to its own documentation.
suppress_warnings = ["ref.ref"]

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_",
    "download_all_examples": False,
    "show_memory": False,
    "abort_on_example_error": True,
    "reset_modules": ("matplotlib",),
}
