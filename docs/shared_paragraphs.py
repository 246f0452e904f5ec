"""Keep the paragraphs that the docstrings of the estimators share equal.

    python docs/shared_paragraphs.py          say which differ
    python docs/shared_paragraphs.py --write  write them anew

A paragraph on a parameter or an attribute is written once, in the first of the
estimators below that has it, and copied from there to the others. What a few estimators
say in their own words has a leader of its own.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "sknnadl" / "estimators"
#: The files, those that lead first.
FILES = [
    "mlp_classifier.py",
    "convnet_classifier.py",
    "network_classifier.py",
    "mlp_regressor.py",
    "convnet_regressor.py",
    "network_regressor.py",
    "denoising_autoencoder.py",
]
#: For a name, and files with this in their own, which file leads.
LEADERS = {
    "activation": {"autoencoder": "denoising_autoencoder.py"},
    "bias_init": {
        "network_": "network_classifier.py",
        "autoencoder": "denoising_autoencoder.py",
    },
    "feature_layer": {"network_": "network_classifier.py"},
    "hidden_layer_sizes": {
        "mlp_regressor": "mlp_regressor.py",
        "convnet": "convnet_classifier.py",
        "autoencoder": "denoising_autoencoder.py",
    },
    "input_shape_": {"network_": "network_classifier.py"},
    "loss": {
        "regressor": "mlp_regressor.py",
        "autoencoder": "denoising_autoencoder.py",
    },
    "random_state": {"autoencoder": "denoising_autoencoder.py"},
    "solver": {"regressor": "mlp_regressor.py", "autoencoder": "mlp_regressor.py"},
    "weight_init": {
        "network_": "network_classifier.py",
        "autoencoder": "denoising_autoencoder.py",
    },
}
SECTIONS = "Parameters", "Attributes"


def find_paragraphs(lines):
    """Return, for each name, where its paragraph begins and ends in a file's lines."""
    found, section, name = {}, None, None
    for number, line in enumerate(lines):
        text = line.strip()
        depth = len(line) - len(line.lstrip())
        if text and set(text) == {"-"}:
            section, name = lines[number - 1].strip(), None
        elif section in SECTIONS and depth == 4 and " : " in text:
            name = text.partition(" : ")[0]
            found[name] = (number, number + 1)
        elif name and depth == 8:
            found[name] = (found[name][0], number + 1)
        elif text == '"""' and found:
            break  # the docstring of the class is over
    return found


def find_leader(name, file, paragraphs):
    """Return the file whose paragraph on a name another one has to have."""
    for part, leader in LEADERS.get(name, {}).items():
        if part in file:
            return leader
    return next(other for other in FILES if name in paragraphs[other])


def main():
    """Run the command."""
    write = "--write" in sys.argv[1:]
    sources = {file: (FOLDER / file).read_text().splitlines() for file in FILES}
    paragraphs = {file: find_paragraphs(lines) for file, lines in sources.items()}
    texts = {  # as they are before any is written anew, which moves those after it
        file: {name: sources[file][slice(*place)] for name, place in found.items()}
        for file, found in paragraphs.items()
    }
    differ = []
    for file, lines in sources.items():
        for name, (start, stop) in reversed(paragraphs[file].items()):
            leader = find_leader(name, file, paragraphs)
            if texts[file][name] != texts[leader][name]:
                differ.append(f"{file}: {name} is not as in {leader}")
                lines[start:stop] = texts[leader][name]
        if write:
            (FOLDER / file).write_text("\n".join(lines) + "\n")
    print("\n".join(differ) or "All shared paragraphs are equal.")
    return 0 if write else len(differ) > 0


if __name__ == "__main__":
    sys.exit(main())
