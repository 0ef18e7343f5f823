"""`SummaryWriter`: writes what training tells into files that TensorBoard reads.

Refuses graphs of modules and meshes, with a warning; the rest is written as PyTorch writes it.
Read next: `_messages`, `_event_file`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
import socket
import time
import warnings

from ... import as_tensor
from . import _messages, _pictures
from ._event_file import FileWriter
from ._hparams import hparams

_NO_GRAPHS = "{} writes nothing in Carrel: modules are not traced into graphs; print(model) and named_modules() show them."


class SummaryWriter:
    """Writes events into a folder: `runs/<date>_<time>_<host><comment>` if none is named.

    max_queue, flush_secs: events wait to be written until there are so many, or for so long; `flush` and `close` write all.
    Every `add_` method takes `global_step` and `walltime` (seconds since 1970; now by default).
    Source: https://docs.pytorch.org/docs/stable/tensorboard.html
    """

    def __init__(self, log_dir=None, comment="", purge_step=None, max_queue=10, flush_secs=120, filename_suffix=""):
        if not log_dir:
            log_dir = os.path.join("runs", time.strftime("%b%d_%H-%M-%S") + "_" + socket.gethostname() + comment)
        self.log_dir = str(log_dir)
        self.purge_step = purge_step
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        self.file_writer = self.all_writers = None
        self._get_file_writer()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def _get_file_writer(self):
        """The writer of the folder, made anew after `close`."""
        if self.file_writer is None:
            self.file_writer = self._writer_in(self.log_dir)
            self.all_writers = {self.log_dir: self.file_writer}
            if self.purge_step is not None:
                # What is written from here on takes the place of later steps of an earlier run.
                self.file_writer.add_event(b"\x3a\x02\x08\x01", self.purge_step)
                self.purge_step = None
        return self.file_writer

    def _writer_in(self, folder):
        return FileWriter(folder, self.max_queue, self.flush_secs, self.filename_suffix)

    def get_logdir(self):
        """The folder that is written into."""
        return self.log_dir

    def _add(self, summary, global_step, walltime):
        self._get_file_writer().add_summary(summary, global_step, walltime)

    def add_scalar(self, tag, scalar_value, global_step=None, walltime=None, new_style=False, double_precision=False):
        """A number: a Python number, or a tensor or array with one element."""
        self._add(_messages.scalar(tag, scalar_value, new_style, double_precision), global_step, walltime)

    def add_scalars(self, main_tag, tag_scalar_dict, global_step=None, walltime=None):
        """Several numbers in one chart, each as a run of its own in a folder beside."""
        self._get_file_writer()
        for tag, number in tag_scalar_dict.items():
            folder = os.path.join(self.log_dir, main_tag.replace("/", "_") + "_" + tag)
            if folder not in self.all_writers:
                self.all_writers[folder] = self._writer_in(folder)
            self.all_writers[folder].add_summary(_messages.scalar(main_tag, number), global_step, walltime)

    def add_tensor(self, tag, tensor, global_step=None, walltime=None):
        """A tensor's numbers."""
        self._add(_messages.tensor_summary(tag, tensor), global_step, walltime)

    def add_histogram(self, tag, values, global_step=None, bins="tensorflow", walltime=None, max_bins=None):
        """How values are distributed. bins: `"tensorflow"`, a number of bins, their edges, or a method of NumPy's."""
        self._add(_messages.histogram(tag, values, bins, max_bins), global_step, walltime)

    def add_histogram_raw(
        self, tag, min, max, num, sum, sum_squares, bucket_limits, bucket_counts, global_step=None, walltime=None
    ):
        """A histogram that is counted already. Raises ValueError unless there is one limit a count."""
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError("len(bucket_limits) != len(bucket_counts), see the document.")
        summary = _messages.histogram_raw(tag, min, max, num, sum, sum_squares, bucket_limits, bucket_counts)
        self._add(summary, global_step, walltime)

    def add_image(self, tag, img_tensor, global_step=None, walltime=None, dataformats="CHW"):
        """A picture: numbers from 0 to 1, or uint8."""
        self._add(_messages.image(tag, _pictures.to_pixels(img_tensor, dataformats)), global_step, walltime)

    def add_images(self, tag, img_tensor, global_step=None, walltime=None, dataformats="NCHW"):
        """Several pictures of one size, as a grid."""
        if isinstance(img_tensor, list):
            for position, picture in enumerate(img_tensor):
                self.add_image(f"{tag}/{position}", picture, global_step, walltime, dataformats[1:])
        else:
            self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_image_with_boxes(
        self, tag, img_tensor, box_tensor, global_step=None, walltime=None, rescale=1, dataformats="CHW", labels=None
    ):
        """A picture with outlines of boxes, each left, top, right, bottom. Labels are not drawn; `rescale` must be 1."""
        if rescale != 1:
            raise NotImplementedError("add_image_with_boxes draws at the picture's own size only: rescale must be 1")
        pixels = _pictures.draw_boxes(_pictures.to_pixels(img_tensor, dataformats), box_tensor)
        self._add(_messages.image(tag, pixels), global_step, walltime)

    def add_figure(self, tag, figure, global_step=None, close=True, walltime=None):
        """A matplotlib figure (or a list of them), drawn; closed afterwards unless told not to."""
        drawn = _pictures.figure_pixels(figure, close)
        if isinstance(drawn, list):
            for position, pixels in enumerate(drawn):
                self.add_image(f"{tag}/{position}", pixels, global_step, walltime, "HWC")
        else:
            self.add_image(tag, drawn, global_step, walltime, "HWC")

    def add_video(self, tag, vid_tensor, global_step=None, fps=4, walltime=None):
        """Writes nothing, with a warning: use `add_images`."""
        warnings.warn("add_video writes nothing in Carrel: it has no encoder of videos; use add_images.", stacklevel=2)

    def add_audio(self, tag, snd_tensor, global_step=None, sample_rate=44100, walltime=None):
        """A sound: numbers from -1 to 1."""
        self._add(_messages.audio(tag, snd_tensor, sample_rate), global_step, walltime)

    def add_text(self, tag, text_string, global_step=None, walltime=None):
        """A text, shown as Markdown."""
        self._add(_messages.text(tag, text_string), global_step, walltime)

    def add_graph(self, model, input_to_model=None, verbose=False, use_strict_trace=True):
        """Writes nothing, with a warning."""
        warnings.warn(_NO_GRAPHS.format("add_graph"), stacklevel=2)

    def add_onnx_graph(self, prototxt):
        """Writes nothing, with a warning."""
        warnings.warn(_NO_GRAPHS.format("add_onnx_graph"), stacklevel=2)

    def add_mesh(self, tag, vertices, colors=None, faces=None, config_dict=None, global_step=None, walltime=None):
        """Writes nothing, with a warning."""
        warnings.warn("add_mesh writes nothing in Carrel: meshes are not supported.", stacklevel=2)

    def add_embedding(
        self, mat, metadata=None, label_img=None, global_step=None, tag="default", metadata_header=None
    ):
        """Points (a row each) for the projector, with labels and pictures."""
        from ._embedding import write_embedding

        self._get_file_writer()
        write_embedding(self.log_dir, as_tensor(mat), metadata, label_img, global_step, tag, metadata_header)

    def add_pr_curve(self, tag, labels, predictions, global_step=None, num_thresholds=127, weights=None, walltime=None):
        """Precision and recall of predictions between 0 and 1, by threshold."""
        self._add(_messages.pr_curve(tag, labels, predictions, num_thresholds, weights), global_step, walltime)

    def add_pr_curve_raw(
        self,
        tag,
        true_positive_counts,
        false_positive_counts,
        true_negative_counts,
        false_negative_counts,
        precision,
        recall,
        global_step=None,
        num_thresholds=127,
        weights=None,
        walltime=None,
    ):
        """A curve of precision and recall that is counted already."""
        rows = (true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts, precision, recall)
        self._add(_messages.pr_curve_raw(tag, rows, num_thresholds), global_step, walltime)

    def add_custom_scalars(self, layout):
        """Which scalars share charts: `{category: {title: ["Multiline" or "Margin", [tag, ...]]}}`."""
        self._add(_messages.custom_scalars(layout), None, None)

    def add_custom_scalars_multilinechart(self, tags, category="default", title="untitled"):
        """A chart with several scalars."""
        self.add_custom_scalars({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(self, tags, category="default", title="untitled"):
        """A chart with a scalar between two others: tags of value, lower and upper bound."""
        if len(tags) != 3:
            raise AssertionError(f"Expected 3 tags, got {len(tags)}.")
        self.add_custom_scalars({category: {title: ["Margin", tags]}})

    def add_hparams(self, hparam_dict, metric_dict, hparam_domain_discrete=None, run_name=None, global_step=None):
        """Hyperparameters and the metrics they led to, as a run of their own in a folder inside."""
        if type(hparam_dict) is not dict or type(metric_dict) is not dict:
            raise TypeError("hparam_dict and metric_dict should be dictionary.")
        summaries = hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        folder = os.path.join(self.log_dir, run_name or str(time.time()))
        with SummaryWriter(log_dir=folder) as inner:
            for summary in summaries:
                inner._add(summary, global_step, None)
            for tag, number in metric_dict.items():
                inner.add_scalar(tag, number, global_step)

    def flush(self):
        """Writes what waits."""
        for writer in (self.all_writers or {}).values():
            writer.flush()

    def close(self):
        """Writes what waits and closes the files; adding more opens new ones."""
        for writer in (self.all_writers or {}).values():
            writer.close()
        self.file_writer = self.all_writers = None
