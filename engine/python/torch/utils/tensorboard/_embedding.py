"""Points for TensorBoard's projector: files of tab-separated values, a sheet of pictures, and the list of all of them.

Read next: `writer`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import os

from ._pictures import make_grid, to_pixels
from ._png import encode_png

# What cannot be in the name of a folder, and what stands for it.
_ESCAPES = {"%": "%25", "/": "%2f", "\\": "%5c"}


def folder_name(tag):
    """A tag as the name of a folder."""
    return "".join(_ESCAPES.get(letter, letter) for letter in tag)


def _write_lines(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("\t".join(str(part) for part in row) + "\n" for row in rows)


def write_embedding(log_dir, points, metadata, pictures, step, tag, header):
    """Writes the files and appends to `projector_config.pbtxt`. Raises AssertionError for parts that do not fit."""
    if points.dim() != 2:
        raise AssertionError("mat should be 2D, where mat.size(0) is the number of data points")
    folder = f"{str(step or 0).zfill(5)}/{folder_name(tag)}"
    place = os.path.join(log_dir, folder)
    os.makedirs(place, exist_ok=True)
    entry = [f'tensor_name: "{tag}:{str(step or 0).zfill(5)}"', f'tensor_path: "{folder}/tensors.tsv"']
    _write_lines(os.path.join(place, "tensors.tsv"), points.detach().cpu().tolist())
    if metadata is not None:
        if len(metadata) != len(points):
            raise AssertionError("#labels should equal with #data points")
        rows = [list(header), *metadata] if header else [[label] for label in metadata]
        _write_lines(os.path.join(place, "metadata.tsv"), rows)
        entry.append(f'metadata_path: "{folder}/metadata.tsv"')
    if pictures is not None:
        if len(pictures) != len(points):
            raise AssertionError("#images should equal with #data points")
        # The projector wants as many rows as columns.
        columns = math.ceil(math.sqrt(len(pictures)))
        with open(os.path.join(place, "sprite.png"), "wb") as file:
            file.write(encode_png(to_pixels(make_grid(pictures.detach().cpu(), columns), "HWC")))
        size = f"single_image_dim: {pictures.shape[3]} single_image_dim: {pictures.shape[2]}"
        entry.append(f'sprite {{ image_path: "{folder}/sprite.png" {size} }}')
    with open(os.path.join(log_dir, "projector_config.pbtxt"), "a") as file:
        file.write("embeddings {\n" + "\n".join(entry) + "\n}\n")
