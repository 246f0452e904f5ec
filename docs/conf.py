import runpy
from pathlib import Path

import matplotlib
from docutils import nodes

import sknnadl

matplotlib.use("agg")

# The page on the architecture includes it, and autosummary writes to the folder too.
GENERATED = Path(__file__).parent / "generated"
GENERATED.mkdir(exist_ok=True)
draw = runpy.run_path(str(GENERATED.with_name("draw_floors.py")))["draw"]
(GENERATED / "floors.svg").write_text(draw())
del draw  # no setting of Sphinx

project = "sknnadl"
author = "the sknnadl developers"
copyright = "2026, the sknnadl developers"
version = release = sknnadl.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.doctest",  # `testsetup`, which tests/test_page_code.py runs
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
# Of a class all methods are on its page, inherited ones too, but for those of
# scikit-learn that say what a pipeline passes on (`set_fit_request`).
templates_path = ["_templates"]
exclude_patterns = ["_build", "_templates"]
# What is between single backticks is code, and a link where it is on one of the pages.
default_role = "py:obj"
html_theme_options = {"header_links_before_dropdown": 4}
# In a page's list of methods the name of the class is left out.
toc_object_entries_show_parents = "hide"
html_theme = "pydata_sphinx_theme"
html_title = "sknnadl"
html_static_path = ["_static"]
html_css_files = ["narrow.css"]
# The first page has no others beside it.
html_sidebars = {"index": []}
autosummary_generate = True
# Docstrings say more than the annotations of the constructors.
autodoc_typehints = "none"
numpydoc_show_class_members = False
# A name of this package between backticks has to be on a page. Other packages' are on
# theirs. Names in small letters are arguments, or methods of the same class.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!sknnadl|[A-Z]\w).*")]
# Docstrings inherited from scikit-learn refer to pages of its own documentation.
SKLEARN_PAGES = {
    "accuracy_score": "modules/model_evaluation.html#accuracy-score",
    "df_output_transform": "modules/df_output_transform.html",
    "metadata_routing": "metadata_routing.html",
    "r2_score": "modules/model_evaluation.html#r2-score",
    "sphx_glr_auto_examples_miscellaneous_plot_set_output.py": (
        "auto_examples/miscellaneous/plot_set_output.html"
    ),
}


def link_to_sklearn(app, env, node, contnode):
    """Return a link to a page of scikit-learn's that an inherited docstring names."""
    page = SKLEARN_PAGES.get(node["reftarget"])
    if node["reftype"] != "ref" or page is None:
        return None
    uri = f"https://scikit-learn.org/stable/{page}"
    text = contnode if node["refexplicit"] else nodes.Text("scikit-learn's example")
    return nodes.reference("", "", text, refuri=uri, internal=False)


def setup(app):
    """Have Sphinx ask for what it has not found."""
    app.connect("missing-reference", link_to_sklearn)


sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "subsection_order": [
        f"../examples/{name}" for name in ("compare", "book", "training")
    ],
    "within_subsection_order": "FileNameSortKey",
    "filename_pattern": r"plot_",
    "download_all_examples": False,
    "show_memory": False,
    "capture_repr": (),  # what a script prints is enough
    "abort_on_example_error": True,
    "reset_modules": ("matplotlib",),
}
