"""The demonstration province: real communes, made-up children, the same for the same number and seed."""

from service.demonstration.filling import fill

__all__ = ["fill"]
