"""What `docs/supported-names.md` says of names that are there with a difference.

A note belongs to one name, or to all that begin with it. Read next: `supported_names`.
"""

#: Names that are there but refuse when they are called, with the reason.
REFUSED = {
    "torch.linalg.eig": "the eigenvalues of a general matrix are complex; use `eigh` for symmetric ones",
}

#: Names in the list that are not PyTorch's: the program that was read calls a list's method.
NOT_PYTORCHS = {"Tensor.index"}

#: What differs from PyTorch, by name or by the beginning of names (those end with a dot).
NOTES = {
    "Tensor.numpy": "copies; needs NumPy",
    "torch.from_numpy": "copies; needs NumPy",
    "torch.empty": "gives zeros",
    "torch.nn.DataParallel": "calls the module it is given, on its device",
    "torch.nn.parallel.": "one device: calls the module, or works on one part",
    "torch.nn.attention.": "accepted; the engine chooses its kernel itself",
    "torch.autograd.gradcheck": "`fast_mode=True` checks every element all the same",
    "Tensor.pin_memory": "accepted; memory is not pinned",
    "Tensor.view": "as another dtype on the CPU; on the GPU that raises NotImplementedError",
    "Tensor.share_memory_": "accepted; there is one process",
    "torch.backends.": "accepted, and answers as where the library is missing",
    "torch.compile": "nothing is traced: the engine records and fuses by itself",
    "torch.cuda.": "speaks of the browser's GPU, whoever made it",
    "torch.get_num_threads": "there is one thread",
    "torch.jit.": "runs as Python",
    "torch.set_float32_matmul_precision": "accepted; products are computed in float32",
    "torch.set_num_threads": "accepted; there is one thread",
    "torch.use_deterministic_algorithms": "accepted; every result is deterministic",
    "torch.utils.data.DataLoader": "workers are accepted; items are made in this process",
    "torch.utils.data.dataloader.DataLoader": "workers are accepted; items are made in this process",
    "torchvision.datasets.": "from the notebook's files, or from the network where that permits it",
    "torchvision.models.": "weights come from the notebook's files, or from the network where that permits it",
}


def note(path):
    """What there is to say of a name; an empty text if nothing."""
    if path in NOTES:
        return NOTES[path]
    return next((text for start, text in NOTES.items() if start.endswith(".") and path.startswith(start)), "")
