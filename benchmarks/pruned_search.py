"""A search that prunes beside one that does not, of the same candidates.

    python benchmarks/pruned_search.py --data mnist.npz --out pruned_search.db

Candidates are drawn at random, over five arguments of a perceptron, which learns 10,000
images of MNIST and is scored on 10,000 others. One study of Optuna trains each of them
whole. The other one is given the same candidates in the same order, prunes them by
Hyperband, and stops before it could spend more than a third of the epochs. Epochs are
those that `OptunaPruning` has reported. For each seed it prints the best accuracy of
both, and how far the second is below the first. The studies are kept in a file, and one
that was stopped goes on.
"""

import argparse
import warnings

import numpy as np
import optuna
from optuna.trial import TrialState

from sknnadl import MLPClassifier
from sknnadl.callbacks import OptunaPruning
from sknnadl.datasets import load_mnist

#: Each argument's lowest and highest value, and whether its logarithm is uniform.
RANGES = {
    "learning_rate_init": (1e-3, 1.0, True),
    "alpha": (1e-6, 1e-2, True),
    "dropout": (0.0, 0.5, False),
    "momentum": (0.0, 0.95, False),
    "hidden": (20, 200, True),
}
N_TRAIN = 10_000
#: Two brackets of Hyperband: the first asks after 2, 4 and 10 epochs, the second after
#: 4 and 10. More of them, which Optuna has where this is the number of epochs, train
#: some candidates whole whatever their scores, and so fewer of them are tried.
MAX_RESOURCE = 3


def suggest(trial):
    """Return what a trial has for each argument."""
    values = {}
    for name, (low, high, log) in RANGES.items():
        kind = trial.suggest_int if isinstance(low, int) else trial.suggest_float
        values[name] = kind(name, low, high, log=log)
    return values


def draw(n, seed):
    """Return so many candidates, drawn at random."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    return [suggest(study.ask()) for _ in range(n)]


def make_study(name, seed, pruner, options):
    """Return a study of its candidates, those that were left half-way among them."""
    study = optuna.create_study(
        study_name=f"{name} {seed}",
        storage=f"sqlite:///{options.out}",
        direction="maximize",
        pruner=pruner,
        load_if_exists=True,
    )
    candidates = [] if study.trials else draw(options.candidates, seed)
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        study.tell(trial.number, state=TrialState.FAIL)
        candidates.append(trial.params)
    for candidate in candidates:
        study.enqueue_trial(candidate)
    return study


def count_epochs(study):
    """Return how many epochs a study's trials have reported."""
    return sum(len(trial.intermediate_values) for trial in study.trials)


def search(study, data, n_epochs, budget, seed):
    """Train the study's candidates until there are none, or no more epochs."""
    X_train, y_train, X_val, y_val = data

    def objective(trial):
        arguments = suggest(trial)
        model = MLPClassifier(
            (arguments.pop("hidden"),),
            max_iter=n_epochs,
            n_iter_no_change=np.inf,
            random_state=seed,
            **arguments,
        )
        model.set_callbacks(OptunaPruning(trial, X_val=X_val, y_val=y_val))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of rates that are too high
            return model.fit(X_train, y_train).score(X_val, y_val)

    while count_epochs(study) + n_epochs <= budget and study.get_trials(
        states=[TrialState.WAITING]
    ):
        study.optimize(objective, n_trials=1, catch=ValueError)  # the cost exploded


def compare(seed, data, options):
    """Run both searches of a seed and print what they have found."""
    n_epochs, n_all = options.epochs, options.candidates * options.epochs
    hyperband = optuna.pruners.HyperbandPruner(max_resource=MAX_RESOURCE)
    searches = {
        "whole": (optuna.pruners.NopPruner(), n_all),
        "pruned": (hyperband, n_all // 3),
    }
    cells = [seed]
    best = []
    for name, (pruner, budget) in searches.items():
        study = make_study(name, seed, pruner, options)
        search(study, data, n_epochs, budget, seed)
        n_tried = sum(trial.state.is_finished() for trial in study.trials)
        best.append(study.best_value)
        cells += [n_tried, count_epochs(study), f"{study.best_value:.2%}"]
    gap = 100 * (best[0] - best[1])
    print("|", *(f"{cell} |" for cell in [*cells, f"{gap:.2f}"]), flush=True)
    return gap


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--out", default="pruned_search.db", help="the studies")
    parser.add_argument("--seeds", nargs="+", type=int, default=range(5))
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--epochs", type=int, default=27)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    mnist = load_mnist(options.data)
    training = mnist.X_train[:N_TRAIN], mnist.y_train[:N_TRAIN]
    data = *training, mnist.X_val, mnist.y_val
    print(
        "| seed | candidates | epochs | best | pruned: candidates | epochs | best "
        "| points below |"
    )
    print("| ---: " * 8 + "|")
    gaps = [compare(seed, data, options) for seed in options.seeds]
    print(f"{sum(gap <= 0.2 for gap in gaps)} of {len(gaps)} within 0.2 points.")


if __name__ == "__main__":
    main()
