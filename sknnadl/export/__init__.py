"""Estimators as models of ONNX, which run without Python."""

from sknnadl.export.onnx_model import to_onnx
from sknnadl.export.skl2onnx_converters import register_onnx

__all__ = ["register_onnx", "to_onnx"]
