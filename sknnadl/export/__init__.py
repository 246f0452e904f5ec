"""Estimators as models of ONNX, which run without Python."""

from sknnadl.export.onnx_model import to_onnx

__all__ = ["to_onnx"]
