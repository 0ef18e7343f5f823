"""`torch.utils`: the data loaders; other parts are not there yet.

Read next: `utils.data`.
"""


def __getattr__(name):
    if name == "data":
        import importlib

        return importlib.import_module("torch.utils.data")
    raise AttributeError(f"torch.utils.{name} is not in Carrel yet")
