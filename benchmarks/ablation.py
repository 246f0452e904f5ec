"""Measure tricks for tables one by one, on the half of the tables to choose by.

python benchmarks/ablation.py [--kind regression] [--only NAME ...] [--jobs 2]

Each line is the default with one thing changed, or with several. What has been measured
is kept in `benchmarks/results/tabular.jsonl`, and not measured again.
"""

import argparse

import numpy as np
import tricks
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tables import KINDS, names_of
from tabular import collect, measure_all
from tricks import PeriodicFeatures

import sknnadl


def prepare(model, *steps, add_indicator=False):
    """Return a model behind the usual preparation, with other steps for numbers."""
    imputer = SimpleImputer(strategy="median", add_indicator=add_indicator)
    categories = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    preparation = make_column_transformer(
        (make_pipeline(imputer, *steps), make_column_selector(dtype_include="number")),
        (categories, make_column_selector(dtype_exclude="number")),
        sparse_threshold=0,
    )
    return make_pipeline(preparation, model)


def make_models(kind):
    """Return the models by name, the default first."""
    ending = {"classification": "Classifier", "regression": "Regressor"}[kind]
    own = getattr(sknnadl, f"MLP{ending}")

    def trick(name):
        return getattr(tricks, name + ending)

    def vote(**arguments):
        networks = [
            (f"{seed}", own(random_state=seed, **arguments)) for seed in range(4)
        ]
        if kind == "regression":
            return VotingRegressor(networks)
        return VotingClassifier(networks, voting="soft")

    scale = StandardScaler()
    as_it_is = {"categorical_features": "from_dtype", "impute_missing": True}
    models = {
        "default": prepare(own(), scale),
        # What has become an argument.
        "`input_scaling='robust'`": own(input_scaling="robust", **as_it_is),
        "`n_bins=8`": own(input_scaling="standard", n_bins=8, **as_it_is),
        "`for_tables(dtype='auto')`": own.for_tables(dtype="auto"),
        "`for_tables()`": own.for_tables(),
        "`for_tables(n_bins=4)`": own.for_tables(n_bins=4),
        "`for_tables(n_bins=16)`": own.for_tables(n_bins=16),
        "`for_tables(alpha=0.03)`": own.for_tables(alpha=0.03),
        # What an argument did before.
        "`early_stopping=True`, the best epoch": prepare(
            own(early_stopping=True), scale
        ),
        "`dropout=0.15`": prepare(own(dropout=0.15), scale),
        "`activation='silu'`": prepare(own(activation="silu"), scale),
        "three layers of 256": prepare(own(hidden_layer_sizes=(256,) * 3), scale),
        # What has been left out.
        "a vote of four": prepare(vote(), scale),
        "indicators of missing values": prepare(own(), scale, add_indicator=True),
        "learned scale of the inputs": prepare(trick("LearnedScale")(), scale),
        "periodic features": prepare(own(), scale, PeriodicFeatures()),
        "the schedule coslog4": prepare(
            trick("CosLog4")(learning_rate="coslog4"), scale
        ),
        "parametric activations": prepare(trick("Parametric")(), scale),
        "tangent parametrization, Adam": prepare(
            trick("Tangent")(solver="adam", learning_rate_init=0.01), scale
        ),
    }
    if kind == "classification":
        models["`label_smoothing=0.1`"] = prepare(own(label_smoothing=0.1), scale)
    return {
        label: model if isinstance(model, Pipeline) else make_pipeline(model)
        for label, model in models.items()
    }


def print_lines(kind, names, models, results):
    """Print a line a model, each beside the default."""
    main, loss = {"classification": ("accuracy", "log_loss")}.get(kind, ("r2", None))
    values = 100 * collect(results, names, models, main).mean(axis=2)
    seconds = collect(results, names, models, "seconds").sum(axis=(1, 2))
    losses = collect(results, names, models, loss).mean(axis=2) if loss else None
    print(f"| | {main}, points | better, worse | log loss | CPU time |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for number, label in enumerate(models):
        gains = values[number] - values[0]
        ratio = ""
        if loss:
            ratio = f"{np.exp(np.log(losses[number] / losses[0]).mean()):.3f}"
        signs = f"{(gains > 0.1).sum()}, {(gains < -0.1).sum()}"
        cpu = seconds[number] / seconds[0]
        print(f"| {label} | {gains.mean():+.2f} | {signs} | {ratio} | {cpu:.2f} |")


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="classification")
    parser.add_argument("--only", nargs="+", help="which lines (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args()
    names, models = names_of(options.kind, "choosing"), make_models(options.kind)
    if options.only:
        models = {label: models[label] for label in ["default", *options.only]}
    results = measure_all(options.kind, names, models, options.jobs)
    print_lines(options.kind, names, models, results)


if __name__ == "__main__":
    main()
