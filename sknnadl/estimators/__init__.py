"""The scikit-learn face of the networks."""

from sknnadl.estimators.convnet_classifier import ConvNetClassifier
from sknnadl.estimators.convnet_regressor import ConvNetRegressor
from sknnadl.estimators.denoising_autoencoder import DenoisingAutoencoder
from sknnadl.estimators.mlp_classifier import MLPClassifier
from sknnadl.estimators.mlp_regressor import MLPRegressor
from sknnadl.estimators.network_classifier import NetworkClassifier
from sknnadl.estimators.network_regressor import NetworkRegressor

__all__ = [
    "ConvNetClassifier",
    "ConvNetRegressor",
    "DenoisingAutoencoder",
    "MLPClassifier",
    "MLPRegressor",
    "NetworkClassifier",
    "NetworkRegressor",
]
