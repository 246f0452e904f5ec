"""What training is watched by: rows to validate on, their loss and their score."""

import math
import warnings
from copy import copy
from inspect import signature

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split
from sklearn.utils import get_tags

from sknnadl.estimators.threads import count_threads
from sknnadl.training.prediction import predict_logits
from sknnadl.training.recipe import FULL_BATCH
from sknnadl.training.schedules import TRAINING_COST, Watched

#: The ``scoring`` that is no score.
_LOSS = "loss"


def find_validation_rows(estimator, rows, sample_weight, given, seed, is_fit):
    """Return the rows to train on, and those to validate on or None.

    The latter are those given, as (X, y, sample_weight), or a part of the training
    rows, or with ``validation_fraction=None`` all of these. They have the weights that
    the user gave them, without those of their classes.
    """
    X, y, weights = given
    needs_y = get_tags(estimator).target_tags.required
    if (X is None) != (y is None) and (needs_y or X is None):
        name, other = ("X_val", "y_val") if y is None else ("y_val", "X_val")
        raise ValueError(f"{name} was given without {other}: give both, or neither.")
    if X is not None:
        names = "X_val, y_val or sample_weight_val"
        return rows, make_given(estimator, X, y, weights, rows, names)
    if weights is not None:
        raise ValueError("sample_weight_val was given without X_val and y_val.")
    # As in scikit-learn, L-BFGS trains on all rows that there are.
    if not (is_fit and estimator.early_stopping) or estimator.solver == FULL_BATCH:
        return rows, None
    if estimator.validation_fraction == 0:
        raise ValueError(
            "early_stopping with validation_fraction=0 has no rows to watch: hold some "
            "out, give X_val and y_val, or watch the training rows, with None."
        )
    if estimator.validation_fraction is None:
        training, held_out = rows, rows
    else:
        codes = estimator._stratify(rows)
        training, held_out = _hold_out(
            rows, codes, estimator.validation_fraction, estimator._least_to_score, seed
        )
    if getattr(estimator, "class_weight", None) is not None:
        own = estimator._check_weights(sample_weight, rows.originals())
        indices = held_out.places()
        held_out = held_out.reader()
        held_out.weights = None if own is None else own[indices]
    return training, held_out


def make_given(estimator, X, y, sample_weight, rows, names):
    """Return rows that the user has given, in the form of the training rows.

    An error begins with the names of what was given.
    """
    try:
        with np.errstate(all="ignore"):
            given, _ = estimator._make_rows(
                X, y, sample_weight, reset=False, dtype=rows.dtype
            )
    except ValueError as error:
        raise ValueError(f"{names}: {error}") from None
    has_labels = rows.labels is not None
    if has_labels and given.labels.shape[1:] != rows.labels.shape[1:]:
        ours, theirs = given.labels[0].size, rows.labels[0].size
        raise ValueError(
            f"{names}: y has {ours} values a row, and for training {theirs}."
        )
    return given


def describe_network(network, loss):
    """Return the fitted attributes that say what network it is."""
    return {
        "layers_": network.plain_specs,
        "out_activation_": loss.output_activation,
        "n_outputs_": network.output_shape[0],
    }


def make_validation(estimator, network, loss, rows):
    """Return what is watched, and what gives the loss and the score of the rows."""
    scoring = estimator.scoring
    has_scorer = scoring not in (None, _LOSS)
    if rows is None:
        if has_scorer:
            check_scoring(estimator, scoring)
        return TRAINING_COST, None
    validate = make_measure(estimator, network, loss, rows)
    if not estimator.early_stopping:
        return TRAINING_COST, validate
    if not has_scorer:
        return Watched("val_loss", rows=rows.fingerprint()), validate
    return Watched("val_score", _name(scoring), rows.fingerprint()), validate


def make_measure(estimator, network, loss, rows):
    """Return what gives the loss and the score of rows, given the history until then.

    The network has then the parameters that are measured.
    """
    has_scorer = estimator.scoring not in (None, _LOSS)
    scorer = check_scoring(estimator, estimator.scoring) if has_scorer else None
    n_before = len(vars(estimator).get("history_", {}).get("loss", ()))
    model = copy(estimator)
    # The rows are as the network sees them: without names, and encoded.
    for name in ("feature_names_in_", "encoding_"):
        vars(model).pop(name, None)
    model.n_features_in_ = math.prod(rows.input_shape)
    weights = {}
    if scorer and rows.weights is not None and _takes_weights(scorer):
        weights = {"sample_weight": rows.weights}

    def measure(history):
        logits = predict_logits(network, rows, count_threads(estimator.n_jobs))
        with np.errstate(all="ignore"):
            costs = loss.value(logits, rows.targets())
            cost = float(np.average(costs, weights=rows.weights))
            if scorer is None:
                return cost, estimator._score(logits, rows)
        vars(model).update(describe_network(network, loss))
        model.parameters_, model.history_ = network.parameters, history
        model.n_iter_ = len(history["loss"]) - n_before
        y = estimator._targets(rows)
        return cost, float(scorer(model, rows.originals(), y, **weights))

    return measure


def _lacks_classes(estimator, rows):
    """Return whether there is no row of some class to validate on."""
    n_classes = len(getattr(estimator, "classes_", ()))
    return rows.labels.ndim == 1 and len(np.unique(rows.labels)) < n_classes


def check_can_be_scored(estimator, measure, history, rows, which, remedy):
    """Refuse a scorer that cannot score these rows, before any training.

    It may need classes which the rows lack, or be for estimators of another kind. The
    error says which rows they are, and what to give for all classes to be there.
    """
    scoring = estimator.scoring
    if scoring in (None, _LOSS):
        return
    if is_classifier(estimator) and not _lacks_classes(estimator, rows):
        return
    problem = "the score is nan"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, score = measure(history)
    except (AttributeError, ValueError) as error:
        score, problem = np.nan, str(error)
    if np.isnan(score) and not is_classifier(estimator):
        raise ValueError(
            f"scoring={scoring!r} cannot score a {type(estimator).__name__} on the "
            f"{len(rows)} rows {which} ({problem}): use another scoring."
        )
    if np.isnan(score):
        raise ValueError(
            f"scoring={scoring!r} cannot be measured on the {len(rows)} rows {which}, "
            f"where classes are missing ({problem}): give {remedy}, or another scoring."
        )


def _name(scoring):
    """Return what a scorer is called, the same in every process."""
    if scoring is None or isinstance(scoring, str):
        return scoring
    if hasattr(scoring, "_score_func"):  # one of scikit-learn's, which says what it is
        return repr(scoring)
    return getattr(scoring, "__qualname__", type(scoring).__qualname__)


def _takes_weights(scorer):
    """Return whether a scorer, or the metric inside one, has use for weights."""
    metric = getattr(scorer, "_score_func", scorer)
    return "sample_weight" in signature(metric).parameters


def _hold_out(rows, codes, fraction, least, seed):
    """Set ``validation_fraction`` of each class apart, where classes allow it.

    Rows without weight are no evidence, so they are never held out; nor is the only row
    of a class, which would not be learned then.
    """
    weighted = np.arange(len(rows))
    if rows.weights is not None:
        weighted = rows.weights.nonzero()[0]
    n_validation = max(int(np.ceil(len(weighted) * fraction)), least)
    if n_validation >= len(weighted):
        raise ValueError(
            f"early_stopping with validation_fraction={fraction} holds out "
            f"{n_validation} of n_samples={len(weighted)} rows with weight, which "
            "leaves none to train on: give more rows, or set early_stopping=False."
        )
    several, stratify = weighted, None
    if codes is not None:
        alone = np.bincount(codes[weighted]) == 1
        if n_validation < len(weighted) - alone.sum():
            several = weighted[~alone[codes[weighted]]]
        stratify = codes[several]
        if not _can_stratify(stratify, n_validation):
            stratify = None
    _, validation = train_test_split(
        several, test_size=n_validation, stratify=stratify, random_state=seed
    )
    training = np.setdiff1d(np.arange(len(rows)), validation)
    return rows.subset(training), rows.subset(validation)


def _can_stratify(codes, n_validation):
    """Return whether each class can have rows on both sides."""
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    most = len(codes) - len(counts)
    return counts.min() >= 2 and len(counts) <= n_validation <= most
