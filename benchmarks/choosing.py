"""The steps of the page "From nothing to 99 percent on MNIST", with its figures.

    python benchmarks/choosing.py --data mnist.npz [--figures docs/_static/choosing]

Prints the numbers of the page, a step a paragraph, and draws its figures. The steps are
those of the book's chapter 3: any signal at all, the learning rate, the epochs, the
penalty, the mini-batches; then a search by Optuna, training on all images, and a
convolutional network.
"""

import argparse
import time
import warnings
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
import optuna
from optuna.trial import TrialState

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.callbacks import OptunaPruning
from sknnadl.datasets import load_mnist
from sknnadl.inspection import LearningRateRangeDisplay, TrainingHistoryDisplay
from sknnadl.model_selection import learning_rate_range_test

matplotlib.use("agg")
import matplotlib.pyplot as plt  # which has to know before that it draws into files

#: The network of the book's chapter 3, whose penalty is divided by the rows beforehand.
book = partial(
    MLPClassifier,
    (30,),
    activation="sigmoid",
    loss="cross_entropy",
    batch_size=10,
    learning_rate="constant",
    momentum=0.0,
    alpha=0.0,
    divide_alpha=False,
    n_iter_no_change=np.inf,
    random_state=0,
)
N_FEW, N_SOME = 1000, 10_000


class Walk:
    """The steps, each of which prints what it finds and keeps what others need."""

    def __init__(self, data, folder):
        self.data, self.folder = data, folder
        self.validation = {"X_val": data.X_val, "y_val": data.y_val}

    def rows(self, n):
        """Return the first training rows."""
        return self.data.X_train[:n], self.data.y_train[:n]

    def axes(self, **settings):
        """Return a figure and its Axes, for an accuracy an epoch."""
        figure, ax = plt.subplots(figsize=(6.5, 3), layout="constrained")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set(**{"xlabel": "epoch", "ylabel": "validation accuracy"} | settings)
        return figure, ax

    def save(self, figure, name):
        """Write a figure."""
        figure.savefig(self.folder / f"{name}.png", dpi=80)
        plt.close(figure)

    def signal(self):
        """Find values with which anything is learned, on few rows."""
        fits = {}
        for eta, alpha in ((10, 0.02), (10, 0), (1, 0), (0.1, 0)):
            mlp = book(learning_rate_init=eta, alpha=alpha, max_iter=20)
            few = {"X_val": self.data.X_val[:N_FEW], "y_val": self.data.y_val[:N_FEW]}
            name = f"eta {eta}, alpha {alpha}"
            fits[name] = mlp.fit(*self.rows(N_FEW), **few)
            scores = mlp.history_["val_score"]
            print(f"{name}: {scores[0]:.1%} after one epoch, {scores[-1]:.1%} after 20")
        figure, ax = self.axes(ylim=(0, 1))
        for name, mlp in fits.items():
            ax.plot(range(1, 21), mlp.history_["val_score"], label=name)
        ax.legend(frameon=False, loc="center right")
        self.save(figure, "signal")

    def rate(self):
        """Find the threshold of the learning rate."""
        found = learning_rate_range_test(book(), *self.rows(N_SOME), verbose=1)
        print(f"threshold {found.threshold:g}, recommended {found.recommended:g}")
        self.eta = found.recommended
        self.save(LearningRateRangeDisplay.from_result(found).figure_, "rate")

    def epochs(self):
        """Stop where the score on validation images has not risen for ten epochs."""
        mlp = book(learning_rate_init=self.eta, max_iter=100)
        mlp.set_params(early_stopping=True, scoring="accuracy", n_iter_no_change=10)
        mlp.fit(*self.rows(N_SOME), **self.validation)
        scores = mlp.validation_scores_
        self.n_epochs = mlp.n_iter_
        print(
            f"best {max(scores):.2%} in epoch {np.argmax(scores) + 1} of {mlp.n_iter_}"
        )
        display = TrainingHistoryDisplay.from_estimator(mlp)
        self.save(display.figure_, "epochs")

    def penalty(self):
        """Choose the penalty, first by tens and then in between."""
        scores = {}

        def measure(alpha):
            mlp = book(learning_rate_init=self.eta, alpha=alpha, max_iter=self.n_epochs)
            scores[alpha] = mlp.fit(*self.rows(N_SOME)).score(*self.validation.values())
            print(f"alpha {alpha:g}: {scores[alpha]:.2%}")

        for alpha in (0, 1e-5, 1e-4, 1e-3, 1e-2):
            measure(alpha)
        best = max(scores, key=scores.get)
        for factor in (0.2, 0.5, 2, 5):
            measure(float(f"{best * factor:.3g}"))
        self.alpha = max(scores, key=scores.get)
        print(f"alpha {self.alpha:g} it is: {scores.pop(0):.2%} without")
        figure, ax = self.axes(xlabel="alpha", xscale="log")
        alphas = sorted(scores)
        ax.plot(alphas, [scores[alpha] for alpha in alphas], marker=".")
        self.save(figure, "penalty")

    def batches(self):
        """Choose the size of mini-batches, each with a rate of its own."""
        figure, ax = self.axes(ylim=(0.86, 0.96))
        for size in (1, 10, 32, 100):
            mlp = book(alpha=self.alpha, batch_size=size, max_iter=self.n_epochs)
            rate = learning_rate_range_test(mlp, *self.rows(N_SOME)).recommended
            mlp.set_params(learning_rate_init=rate)
            began = time.process_time()
            mlp.fit(*self.rows(N_SOME), **self.validation)
            seconds = (time.process_time() - began) / self.n_epochs
            scores = mlp.history_["val_score"]
            print(
                f"{size} rows, rate {rate:g}: {scores[-1]:.2%}, {seconds:.3f} s of one "
                "core an epoch"
            )
            ax.plot(range(1, len(scores) + 1), scores, label=f"{size}: rate {rate:g}")
        ax.legend(frameon=False, loc="lower right", title="rows of a mini-batch")
        self.save(figure, "batches")

    def search(self):
        """Search five arguments at once, and prune."""
        n_epochs = 27

        def objective(trial):
            mlp = MLPClassifier(
                (trial.suggest_int("hidden", 50, 400, log=True),),
                learning_rate_init=trial.suggest_float("rate", 0.01, 1, log=True),
                alpha=trial.suggest_float("alpha", 1e-6, 1e-2, log=True),
                dropout=trial.suggest_float("dropout", 0, 0.5),
                momentum=trial.suggest_float("momentum", 0, 0.95),
                max_iter=n_epochs,
                n_iter_no_change=np.inf,
                random_state=0,
            )
            mlp.set_callbacks(OptunaPruning(trial, **self.validation))
            return mlp.fit(*self.rows(N_SOME)).score(*self.validation.values())

        study = optuna.create_study(
            study_name="choosing",
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=0),
            pruner=optuna.pruners.HyperbandPruner(max_resource=n_epochs),
        )
        study.optimize(objective, n_trials=40)
        spent = sum(len(trial.intermediate_values) for trial in study.trials)
        whole = len(study.get_trials(states=[TrialState.COMPLETE]))
        self.best = study.best_params
        print(f"{whole} of 40 trained whole, {spent} of {40 * n_epochs} epochs")
        print(f"best {study.best_value:.2%}: {self.best}")
        figure, ax = self.axes(ylim=(0.8, 1))
        for trial in study.trials:
            is_best = trial.number == study.best_trial.number
            style = {"color": "C1" if is_best else "0.6", "lw": 2 if is_best else 0.8}
            steps, scores = zip(*sorted(trial.intermediate_values.items()), strict=True)
            ax.plot(np.array(steps) + 1, scores, zorder=2 + is_best, **style)
            ax.plot(steps[-1] + 1, scores[-1], ".", color=style["color"])
        self.save(figure, "search")

    def train(self):
        """Train what was found on all images, and look at the test images once."""
        best = self.best
        mlp = MLPClassifier(
            (best["hidden"],),
            learning_rate_init=best["rate"],
            alpha=best["alpha"],
            dropout=best["dropout"],
            momentum=best["momentum"],
            max_iter=40,
            n_iter_no_change=np.inf,
            random_state=0,
        )
        mlp.fit(self.data.X_train, self.data.y_train, **self.validation)
        score = mlp.score(self.data.X_test, self.data.y_test)
        print(f"validation {mlp.history_['val_score'][-1]:.2%}, test {score:.2%}")
        self.save(TrainingHistoryDisplay.from_estimator(mlp).figure_, "train")

    def convolve(self):
        """Train the book's second convolutional network for one cycle."""
        net = ConvNetClassifier(
            solver="adam",
            learning_rate="one_cycle",
            learning_rate_init=0.003,
            max_iter=3,
            random_state=0,
        )
        net.fit(self.data.X_train, self.data.y_train, **self.validation)
        score = net.score(self.data.X_test, self.data.y_test)
        epochs = ", ".join(f"{score:.2%}" for score in net.history_["val_score"])
        print(f"validation {epochs}, test {score:.2%}")


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--figures", type=Path, default=Path("docs/_static/choosing"))
    options = parser.parse_args()
    options.figures.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")  # of rates that are too high
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    walk = Walk(load_mnist(options.data), options.figures)
    steps = (
        "signal",
        "rate",
        "epochs",
        "penalty",
        "batches",
        "search",
        "train",
        "convolve",
    )
    for name in steps:
        step = getattr(walk, name)
        print(f"\n{name}: {step.__doc__}", flush=True)
        step()
        print(f"({time.process_time():.0f} s of one core so far)", flush=True)


if __name__ == "__main__":
    main()
