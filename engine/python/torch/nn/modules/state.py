"""Saving and loading a module's state: `state_dict` and `load_state_dict`.

Refuses to read or write files. Read next: `nn.modules.module`, `nn.modules.hook_methods`.
"""

from collections import OrderedDict, namedtuple

from ... import __future__ as _settings
from ..._autograd_mode import no_grad
from ..._swapping import swap_tensors
from ..._tensor import Tensor
from ..parameter import Parameter, is_lazy

_EXTRA = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` did not match."""

    __slots__ = ()

    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class StateMethods:
    """The part of `Module` that deals with state dicts."""

    def get_extra_state(self):
        """Further state of the module to save. Subclasses may define it together with `set_extra_state`."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called. Please file an issue at "
            "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
        )

    def set_extra_state(self, state):
        """Takes what `get_extra_state` gave."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called. Please file an issue at "
            "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
        )

    def _persistent_buffers(self):
        return {name: value for name, value in self._buffers.items() if name not in self._non_persistent_buffers_set}

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, member in [*self._parameters.items(), *self._persistent_buffers().items()]:
            if member is not None:
                destination[prefix + name] = member if keep_vars else member.detach()
        if type(self).get_extra_state is not StateMethods.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        """Parameters and persistent buffers by dotted name, sharing memory with the module.

        destination: a dict to fill. prefix: put before every name. keep_vars: the parameters themselves, not detached.
        """
        if args:
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 and keep_vars is False else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        hooks = self._hooks
        for hook in list(hooks._state_dict_pre_hooks.values()) if hooks else ():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in list(hooks._state_dict_hooks.values()) if hooks else ():
            changed = hook(self, destination, prefix, metadata)
            if not getattr(hook, "_from_public_api", False):
                destination = destination if changed is None else changed
            elif changed is not None:
                raise RuntimeError("state_dict post-hook must return None")
        return destination

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):
        """Loads what belongs to this module itself. Subclasses may read old forms of their state here."""
        hooks = self._hooks
        for hook in list(hooks._load_state_dict_pre_hooks.values()) if hooks else ():
            hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        members = {**self._parameters, **self._persistent_buffers()}
        members = {name: member for name, member in members.items() if member is not None}
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, member in members.items():
            key = prefix + name
            if key in state_dict:
                error = self._load_member(name, member, key, state_dict[key], assign)
                if error is not None:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(key)
        key = prefix + _EXTRA
        if type(self).set_extra_state is not StateMethods.set_extra_state:
            if key in state_dict:
                self.set_extra_state(state_dict[key])
            elif strict:
                missing_keys.append(key)
        elif strict and key in state_dict:
            unexpected_keys.append(key)
        if strict:
            for other in state_dict:
                if other.startswith(prefix) and other != key:
                    head, *tail = other[len(prefix) :].split(".", 1)
                    if head not in (self._modules if tail else members):
                        unexpected_keys.append(other)

    def _load_member(self, name, member, key, value, assign):
        """Loads one parameter or buffer. Returns what is wrong, or None."""
        if not isinstance(value, Tensor):
            return (
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but '
                f"received {type(value)}"
            )
        if not is_lazy(member):
            if member.dim() == 0 and not is_lazy(value) and value.dim() == 1:
                # Scalars were once saved as vectors.
                value = value[0]
            if value.shape != member.shape:
                return (
                    f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in current "
                    f"model is {member.shape}."
                )
        try:
            with no_grad():
                if is_lazy(member) and not is_lazy(value) and not assign:
                    member.materialize(value.shape)
                if _settings.get_swap_module_params_on_conversion():
                    made = member.module_load(value, assign=assign)
                    if made is value or made is member:
                        raise RuntimeError(
                            f"module_load() of {type(member).__name__} must give a new tensor to swap with, not one of its arguments"
                        )
                    if isinstance(member, Parameter) and not isinstance(made, Parameter):
                        made = Parameter(made, member.requires_grad)
                    swap_tensors(member, made)
                elif assign:
                    if isinstance(member, Parameter):
                        if isinstance(value, Parameter):
                            value.requires_grad_(member.requires_grad)
                        else:
                            value = Parameter(value, requires_grad=member.requires_grad)
                    setattr(self, name, value)
                elif not is_lazy(value):
                    member.copy_(value)
        except Exception as error:
            return (
                f'While copying the parameter named "{key}", whose dimensions in the model are {member.size()} and whose dimensions '
                f"in the checkpoint are {value.size()}, an exception occurred : {error.args}."
            )
        return None

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copies values by name. Returns what did not match as `(missing_keys, unexpected_keys)`.

        strict: every name must match, else RuntimeError with the list of those that do not. Sizes must always match.
        assign: the given tensors become the parameters and buffers, instead of being copied into them.
        """
        if not hasattr(state_dict, "keys"):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing, unexpected, errors = [], [], []
        metadata = getattr(state_dict, "_metadata", None)
        state_dict = OrderedDict(state_dict)
        if metadata is not None:
            state_dict._metadata = metadata

        def load(module, values, prefix):
            local = dict((metadata or {}).get(prefix[:-1], {}))
            if assign:
                local["assign_to_params_buffers"] = True
            module._load_from_state_dict(values, prefix, local, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    inner = f"{prefix}{name}."
                    load(child, {key: value for key, value in values.items() if key.startswith(inner)}, inner)
            incompatible = _IncompatibleKeys(missing, unexpected)
            hooks = module._hooks
            for hook in list(hooks._load_state_dict_post_hooks.values()) if hooks else ():
                if hook(module, incompatible) is not None:
                    raise AssertionError(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, if "
                        "incompatible_keys need to be modified, it should be done inplace."
                    )

        load(self, state_dict, "")
        if strict:
            for what, keys in (("Unexpected", unexpected), ("Missing", missing)):
                if keys:
                    names = ", ".join(f'"{key}"' for key in keys)
                    errors.insert(0, f"{what} key(s) in state_dict: {names}. ")
        if errors:
            raise RuntimeError(
                "Error(s) in loading state_dict for {}:\n\t{}".format(type(self).__name__, "\n\t".join(errors))
            )
        return _IncompatibleKeys(missing, unexpected)
